"""What changes without a message: places in the queue, and rows whose message was lost.

One look at the database every two seconds for everything that this process's streams and sockets
follow, however many they are.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.db import DatabaseError

from colorweb.http import streams
from jobs.models import Job
from jobs.queue import positions
from jobs.queue.fair_share import ORDER

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two looks."""
MAX_SHARE = 0.1
"""Of the time, that looks take at most: the longer one takes the rarer they are."""


class Tick(NamedTuple):
    """What a look found of one job; a `sequence` of None: it is gone."""

    sequence: int | None
    position: int | None = None
    eta_seconds: float | None = None

    @property
    def moved(self) -> dict[str, Any]:
        """The fields of a job that change without its row."""
        return {"position": self.position, "eta_seconds": self.eta_seconds}


Listener = Callable[[Tick], None]


class Ticker:
    """Tells listeners what has changed about the jobs they follow."""

    def __init__(self) -> None:
        self._listeners: dict[uuid.UUID, list[Listener]] = {}
        self._known: dict[uuid.UUID, Tick] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, job_id: uuid.UUID, listener: Listener) -> None:
        """Let `listener` hear of a job. It is called in the event loop, at changes only."""
        self._listeners.setdefault(job_id, []).append(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def remove(self, job_id: uuid.UUID, listener: Listener) -> None:
        """Let `listener` hear no more of a job."""
        listeners = self._listeners[job_id]
        listeners.remove(listener)
        if not listeners:
            del self._listeners[job_id]
            self._known.pop(job_id, None)

    async def _run(self) -> None:
        pause = EVERY
        while self._listeners:
            await asyncio.sleep(pause)
            started = time.monotonic()
            try:
                ticks = await streams.read(look, list(self._listeners))
            except DatabaseError:
                log.warning("Streams could not look at their jobs.", exc_info=True)
                continue
            pause = max(EVERY, (time.monotonic() - started) / MAX_SHARE)
            for job_id, tick in ticks.items():
                if self._known.get(job_id) == tick:
                    continue
                listeners = tuple(self._listeners.get(job_id, ()))
                if listeners:
                    self._known[job_id] = tick
                for listener in listeners:
                    listener(tick)


def look(job_ids: list[uuid.UUID]) -> dict[uuid.UUID, Tick]:
    """The jobs as they are now, in one query for their rows and one for their positions."""
    jobs = Job.objects.only("state", "sequence", *ORDER).in_bulk(job_ids)
    places = positions.positions(jobs.values())
    throughput = positions.throughput()
    ticks = dict.fromkeys(job_ids, Tick(None))
    for job in jobs.values():
        place = places.get(job.pk)
        ticks[job.pk] = Tick(job.sequence, place, positions.eta(job, place, throughput))
    return ticks


_tickers: WeakKeyDictionary[asyncio.AbstractEventLoop, Ticker] = WeakKeyDictionary()


def here() -> Ticker:
    """The ticker of this event loop."""
    return _tickers.setdefault(asyncio.get_running_loop(), Ticker())


@contextmanager
def following(job_id: uuid.UUID, listener: Listener) -> Iterator[None]:
    """Let `listener` hear of a job within the block."""
    ticker = here()
    ticker.add(job_id, listener)
    try:
        yield
    finally:
        ticker.remove(job_id, listener)
