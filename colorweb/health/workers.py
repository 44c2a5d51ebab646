"""Heartbeats of the processes that colour, kept in the broker and gone when a process is.

Celery's `inspect ping` goes unanswered while a worker is busy; a key that expires does not lie.
"""

from __future__ import annotations

import json
from typing import Any

import redis
from django.conf import settings

PREFIX = "colorweb:worker:"
EXPIRY = 15  # seconds; a worker beats every 5


def broker(timeout: float = 2.0) -> redis.Redis:
    """A client of the broker; `timeout` in seconds."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=timeout, socket_connect_timeout=timeout
    )


def beat(name: str, about: dict[str, Any]) -> None:
    """Says that worker `name` can colour; `about` holds what operators want to know of it."""
    with broker() as client:
        client.set(PREFIX + name, json.dumps(about), ex=EXPIRY)


def leave(name: str) -> None:
    """Says that worker `name` has stopped."""
    with broker() as client:
        client.delete(PREFIX + name)


def alive() -> dict[str, dict[str, Any]]:
    """The workers that beat within the last 15 seconds, by name."""
    with broker() as client:
        keys = sorted(client.scan_iter(match=PREFIX + "*", count=1000))
        values = client.mget(keys) if keys else []
    return {
        key.decode().removeprefix(PREFIX): json.loads(value)
        for key, value in zip(keys, values, strict=True)
        if value is not None
    }
