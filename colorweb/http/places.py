"""Places: how much of a kind may be under way at a time, for each of several keys, on all machines.

A process counts what it holds in memory, and keeps the numbers in the cache's server, where the
others add them to theirs. Those of a process that was killed are free after `LEASE` seconds. While
the server is unavailable each process counts for itself.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from types import TracebackType
from typing import Self, TypeVar

import redis
from django.conf import settings

log = logging.getLogger(__name__)

LEASE, RENEWAL = 10, 3
"""Seconds that a process's numbers stand, and between two times that it writes all of them."""
TIMEOUT = 0.5
"""Seconds that the server is waited for; then it is left alone for `RENEWAL` seconds."""
POLL = 0.25
"""Seconds until who waits looks again for a place that another process has released."""
PROCESSES = "colorweb:places:"
"""The set of processes, each by the name of a hash with its numbers, which begins alike."""
TAKE = """
local processes = redis.call('SMEMBERS', KEYS[1])
for at = 2, #ARGV, 3 do
    local taken = tonumber(ARGV[at + 1])
    for _, process in ipairs(processes) do
        if process ~= KEYS[2] then
            taken = taken + (redis.call('HGET', process, ARGV[at]) or 0)
        end
    end
    if taken >= tonumber(ARGV[at + 2]) then
        return 0
    end
end
for at = 2, #ARGV, 3 do
    redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1] + 1)
end
redis.call('EXPIRE', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[1], KEYS[2])
for _, process in ipairs(processes) do
    if redis.call('EXISTS', process) == 0 then
        redis.call('SREM', KEYS[1], process)
    end
end
return 1
"""
"""Takes a place under each key that follows, with what the process holds of it and the limit."""

T = TypeVar("T")


class Places:
    """The places of one kind that are taken. Safe for threads."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def take(self, limits: Mapping[str, int], *, timeout: float = 0) -> Place | None:
        """A place under each key of `limits`; None if one of them has no more than its limit, and
        gets no free one within `timeout` seconds."""
        held, ends = _held, time.monotonic() + timeout
        named = {f"{self._kind}:{key}": limit for key, limit in limits.items()}
        while not held.take(named):
            left = ends - time.monotonic()
            if left <= 0:
                return None
            held.wait(min(left, POLL))
        return Place(held, tuple(named))

    async def atake(self, limits: Mapping[str, int]) -> Place | None:
        """The same, at once, without keeping the event loop waiting."""
        taking = _threads.submit(self.take, limits)
        try:
            return await asyncio.wrap_future(taking)
        except asyncio.CancelledError:
            taking.add_done_callback(_release)  # nobody else will
            raise


class Place:
    """A place that is taken, until `release` or the end of a `with` block."""

    def __init__(self, held: _Held, keys: tuple[str, ...]) -> None:
        self._held, self._keys = held, keys

    def release(self) -> None:
        """Release the place; a second time changes nothing. Waits for nobody."""
        keys, self._keys = self._keys, ()
        self._held.release(keys)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _release(taking: Future[Place | None]) -> None:
    if not taking.cancelled() and (place := taking.result()):
        place.release()


class _Held:
    """What this process holds. Its own numbers are the truth, and the server hears of them."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Hold nothing, as a copy of this process does."""
        self._name = f"{PROCESSES}{uuid.uuid4().hex}"
        self._counts: Counter[str] = Counter()
        self._changed = threading.Condition()
        # Around each question to the server, so that it learns of changes in their order.
        self._asking = threading.Lock()
        self._unwritten = threading.Event()
        self._writer = threading.Thread(target=self._write_on, name="places", daemon=True)

    def take(self, limits: Mapping[str, int]) -> bool:
        """Count one more under each key, unless one has as many as its limit."""
        with self._asking:
            with self._changed:
                own = {key: self._counts[key] for key in limits}
            if any(own[key] >= limit for key, limit in limits.items()):
                return False
            numbers = [word for key, limit in limits.items() for word in (key, own[key], limit)]
            if _server().take(self._name, numbers) == 0:
                return False
            with self._changed:
                self._counts.update(limits.keys())
            if not self._writer.ident:
                self._writer.start()
        return True

    def release(self, keys: Iterable[str]) -> None:
        """Count one less under each key."""
        with self._changed:
            self._counts.subtract(keys)
            self._counts += Counter()  # forgets what is zero
            self._changed.notify_all()
        self._unwritten.set()

    def wait(self, seconds: float) -> None:
        """Until something was released here, or so many seconds."""
        with self._changed:
            self._changed.wait(seconds)

    def _write_on(self) -> None:
        while True:
            if not self._unwritten.wait(RENEWAL) and not self._counts:
                continue
            self._unwritten.clear()
            with self._asking:
                with self._changed:
                    counts = dict(self._counts)
                _server().write(self._name, counts)


class _Server:
    """The cache's server; one that does not answer is left alone for some seconds."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
        )
        self._script = self._client.register_script(TAKE)
        self._away_until = 0.0

    def take(self, name: str, numbers: list[str | int]) -> int | None:
        """1, or 0 where a limit is reached; None while it is unavailable."""
        return self._ask(lambda: self._script(keys=[PROCESSES, name], args=[LEASE, *numbers]))

    def write(self, name: str, counts: Mapping[str, int]) -> None:
        """All that a process holds, in place of what it wrote before."""

        def write() -> None:
            with self._client.pipeline() as pipe:
                pipe.delete(name)
                if counts:
                    pipe.hset(name, items=[word for pair in counts.items() for word in pair])
                    pipe.expire(name, LEASE)
                    pipe.sadd(PROCESSES, name)
                pipe.execute()

        self._ask(write)

    def _ask(self, question: Callable[[], T]) -> T | None:
        if time.monotonic() < self._away_until:
            return None
        try:
            return question()
        except redis.RedisError as error:
            log.warning("The cache is unavailable (%s): places are counted here alone.", error)
            self._away_until = time.monotonic() + RENEWAL
            return None


@cache
def _server_at(url: str) -> _Server:
    return _Server(url)


def _server() -> _Server:
    return _server_at(settings.CACHES["default"]["LOCATION"])


_held = _Held()
_threads = ThreadPoolExecutor(2, thread_name_prefix="places")
os.register_at_fork(after_in_child=_held.begin)
