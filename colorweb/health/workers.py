"""Heartbeats of the processes that color, kept in the broker and gone when a process is.

Celery's `inspect ping` goes unanswered while a worker is busy; a key that expires does not lie.
"""

from __future__ import annotations

import json
from typing import Any

from colorweb import broker

PREFIX = "colorweb:worker:"
EXPECTED = "colorweb:expected-version"
EXPIRY = 15  # seconds; a worker beats every 5


def beat(name: str, about: dict[str, Any]) -> None:
    """Reports that worker `name` can color; `about` holds what operators want to know of it."""
    broker.client().set(PREFIX + name, json.dumps(about), ex=EXPIRY)


def leave(name: str) -> None:
    """Reports that worker `name` has stopped."""
    broker.client().delete(PREFIX + name)


def alive() -> dict[str, dict[str, Any]]:
    """The workers that beat within the last 15 seconds, by name."""
    client = broker.client()
    keys = sorted(client.scan_iter(match=PREFIX + "*", count=1000))
    values = client.mget(keys) if keys else []
    return {
        key.removeprefix(PREFIX): json.loads(value)
        for key, value in zip(keys, values, strict=True)
        if value is not None
    }


def able() -> dict[str, dict[str, Any]]:
    """Those of the workers that nothing keeps from coloring."""
    return {name: about for name, about in alive().items() if not about.get("unfit")}


def expect(version: str) -> None:
    """Lets the workers know that this version of the network should color from now on.

    A hint: each looks into the database before it colors a photo, whatever was reported here.
    """
    broker.client().set(EXPECTED, version)


def expected() -> str:
    """The version that `expect` named last; empty if none was."""
    return str(broker.client().get(EXPECTED) or "")
