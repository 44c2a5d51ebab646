"""What the site needs and whether it is there, for /readyz, the probe, /metrics and the console.

Every look asks all parts at once, gives none longer than some seconds, and is kept for as long:
however often anybody asks, a part is asked once. Nothing is written.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial

import redis
from django.db import connection

from colorweb import broker, clock, free_space
from colorweb.accounts import installation
from colorweb.health import heartbeats

log = logging.getLogger(__name__)

CACHE_SECONDS = 3.0  # seconds that a look is kept
DEADLINE = 4.0  # seconds that a part has to answer; a probe of a container waits for ten
Check = Callable[[], str]
"""Gives what is wrong with a part in a few words; empty: nothing. What it raises is wrong too."""


class Looks:
    """The last look at all parts; one for the whole process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(16, "health")
        self._running: dict[str, Future[str]] = {}
        self._kept: tuple[float, dict[str, str]] | None = None

    def latest(self) -> dict[str, str]:
        """What is wrong with each part; empty for one that works."""
        with self._lock:
            if not self._kept or time.monotonic() - self._kept[0] > CACHE_SECONDS:
                found = self._look()
                self._kept = time.monotonic(), found
            return self._kept[1]

    def forget(self) -> None:
        """Look again next time."""
        self._kept = None

    def _look(self) -> dict[str, str]:
        for name, check in _checks.items():
            # One that still hangs since the last look is not asked a second time.
            if name not in self._running:
                self._running[name] = self._threads.submit(_outcome, name, check)
        wait(self._running.values(), DEADLINE)
        found = {
            name: future.result() if future.done() else "no answer in time"
            for name, future in self._running.items()
        }
        self._running = {name: each for name, each in self._running.items() if not each.done()}
        return {name: found[name] for name in _checks}


def _outcome(name: str, check: Check) -> str:
    try:
        found = check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a part is its outcome
        found = type(error).__name__
        log.warning("%s: %s", name, error)
    finally:
        connection.close()
    return found


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    return ""


def _broker() -> str:
    broker.client().ping()
    return ""


def _disk() -> str:
    return "" if free_space.room() >= 1 else "no room"


def _clock() -> str:
    """Of this machine, or of one whose workers show it."""
    return (
        "clock"
        if clock.is_wrong()
        else max(heartbeats.processes(heartbeats.CLOCK).values(), default="")
    )


def _storage() -> str:
    installation.check()
    return ""


_checks: dict[str, Check] = {
    "database": _database,
    "broker": _broker,
    "storage": _storage,
    "disk": _disk,
    "clock": _clock,
    **{
        part: partial(heartbeats.problem, part)
        for part in ("reaper", "scheduler", "default", "gpu")
    },
}
_looks = Looks()


def register(**checks: Check) -> None:
    """Adds parts of the site, by name; for `AppConfig.ready`."""
    _checks.update(checks)


def problems() -> dict[str, str]:
    """What is wrong with each part; empty for one that works. Some seconds old at most."""
    return _looks.latest()


def degraded() -> dict[str, str]:
    """The parts with which something is wrong, and what."""
    return {name: problem for name, problem in problems().items() if problem}


def can_color() -> bool:
    """Whether at least one worker that colors can do its work."""
    try:
        return heartbeats.can_work("gpu")
    except redis.RedisError:
        return False


forget = _looks.forget
