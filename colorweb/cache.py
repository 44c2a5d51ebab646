"""A cache that may be unavailable: every read is then a miss, and limits are counted in memory."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from colorweb.health import counted

log = logging.getLogger(__name__)

COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""
LIMITS = (":rate:", ":allauth:rl:")
"""In the keys of our limits (`colorweb.api.rates`) and of allauth's: logging in, signing up."""
# Without a cache each process counts for itself: a limit is then that of one process.
_counted_here = LocMemCache("limits", {"OPTIONS": {"MAX_ENTRIES": 100_000}})


def _fail_open(name: str, otherwise: Callable[..., Any]) -> Callable[..., Any]:
    method = getattr(RedisCacheClient, name)

    @functools.wraps(method)
    def call(self: RedisCacheClient, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except redis.RedisError as error:
            log.warning("The cache is unavailable (%s): %s goes on without it.", error, name)
            counted.OUTAGES.add("cache")
            if any(part in str(args[0]) for part in LIMITS if args):
                return getattr(_counted_here, name)(*args, **kwargs)
            return otherwise(*args, **kwargs)

    return call


class _FailOpenClient(RedisCacheClient):
    get = _fail_open("get", lambda _key, default: default)
    get_many = _fail_open("get_many", lambda _keys: {})
    has_key = _fail_open("has_key", lambda _key: False)
    # As for a key that nobody had yet.
    add = _fail_open("add", lambda *_: True)
    incr = _fail_open("incr", lambda _key, delta: delta)
    set = _fail_open("set", lambda *_: None)
    set_many = _fail_open("set_many", lambda *_: None)
    touch = _fail_open("touch", lambda *_: False)
    delete = _fail_open("delete", lambda _key: False)
    delete_many = _fail_open("delete_many", lambda _keys: None)
    clear = _fail_open("clear", lambda: False)

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """One for all commands to a server; Django makes one for each."""
        index = self._get_connection_pool_index(write)  # type: ignore[attr-defined]
        if index not in self._made:
            self._made[index] = super().get_client(key, write=write)
        return self._made[index]

    @functools.cached_property
    def _made(self) -> dict[int, Any]:
        return {}

    def count(self, key: str, seconds: int) -> int:
        """How often this was called with the key, within `seconds` of its first time."""
        return int(self._count(keys=[key], args=[seconds], client=self.get_client(key, write=True)))

    @functools.cached_property
    def _count(self) -> Any:
        return self.get_client(write=True).register_script(COUNT)


class FailOpenCache(RedisCache):
    """Django's Redis cache; a server that does not answer is a miss, and is tried again next time.

    Sessions are then read from the database, limits counted in memory, and every page is served.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _FailOpenClient

    @functools.cached_property
    def _cache(self) -> _FailOpenClient:
        """Of this server, one for the whole process: Django makes a cache for each request, which
        would connect anew each time."""
        return _client(tuple(self._servers))  # type: ignore[attr-defined]

    def count(self, key: str, seconds: int) -> int:
        """As `count`, in one round trip; without a server, in memory."""
        made = self.make_and_validate_key(key)
        try:
            return self._cache.count(made, seconds)
        except redis.RedisError as error:
            log.warning("The cache is unavailable (%s): limits are counted here.", error)
            counted.OUTAGES.add("cache")
        _counted_here.add(made, 0, seconds)
        return _counted_here.incr(made)


def count(key: str, seconds: int) -> int:
    """Count one more of a key that is forgotten after so many seconds; how many there are."""
    cache = caches[DEFAULT_CACHE_ALIAS]
    if isinstance(cache, FailOpenCache):
        return cache.count(key, seconds)
    cache.add(key, 0, seconds)
    return cache.incr(key)


@functools.cache
def _client(servers: tuple[str, ...]) -> _FailOpenClient:
    return _FailOpenClient(list(servers))
