"""The connection to the broker, for all but Celery: heartbeats, progress, counts of wake-ups."""

from __future__ import annotations

from functools import cache

import redis
from django.conf import settings

TIMEOUT = 3.0  # seconds; an unavailable broker must not keep people waiting


def client() -> redis.Redis:
    """This process's pool of connections to the broker."""
    return _client(settings.REDIS_URL)


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        health_check_interval=25,
    )
