"""Waiting for a state, with a limit, in place of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
LIMIT = 60.0  # seconds, for a busy machine; nobody waits longer than the state takes to come


def wait_for(look: Callable[[], T], what: str, seconds: float = LIMIT, every: float = 0.05) -> T:
    """The first truthy value of `look()`; fails after `seconds`, naming what it waited for."""
    deadline = time.monotonic() + seconds
    while not (value := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s for {what}; last seen: {value!r}")
        time.sleep(every)
    return value
