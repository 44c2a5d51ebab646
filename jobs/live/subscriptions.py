"""Following one job from asynchronous code, without a thread or a connection in between."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from channels.layers import get_channel_layer

from colorweb.accounts.revocation import Stream
from colorweb.http import streams
from jobs.events import publish
from jobs.live import ticker
from jobs.models import TERMINAL, Job

RETRY_EVERY = 2.0
"""Seconds between two tries while the broker is unavailable; the ticker makes up for it."""
SILENCE = 15.0
"""Seconds after which a subscription says that there is no news; proxies endure so many."""


class News:
    """What happens to one job, from `subscribed`."""

    def __init__(self) -> None:
        self._arrived = asyncio.Event()
        self._arrived.set()
        self._changed = True
        self._fields: dict[str, Any] = {}
        self._sequence: int | None = None

    async def next(self) -> dict[str, Any] | None:
        """Waits for news: None if the job's row is to be read, as at first; fields of it that have
        other values now; or none of them after `SILENCE`.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SILENCE):
                await self._arrived.wait()
        self._arrived.clear()
        fields, self._fields = self._fields, {}
        changed, self._changed = self._changed, False
        return None if changed else fields

    def read(self, sequence: int) -> None:
        """The row was read, and had this number."""
        self._sequence = sequence

    def row_changed(self) -> None:
        """There is something to read."""
        self._changed = True
        self._arrived.set()

    def moved(self, **fields: Any) -> None:
        """These fields have other values now."""
        self._fields |= fields
        self._arrived.set()

    def tick(self, tick: ticker.Tick) -> None:
        """What a look of the ticker found; a change whose message was lost is read now."""
        if tick.sequence == self._sequence:
            self.moved(**tick.moved)
        else:
            self.row_changed()


@asynccontextmanager
async def subscribed(job_id: uuid.UUID) -> AsyncIterator[News]:
    """The news of a job within the block."""
    news, joined = News(), asyncio.Event()
    listening = asyncio.create_task(_listen(job_id, news, joined))
    try:
        # The group first, then the first look: nothing is missed in between.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RETRY_EVERY):
                await joined.wait()
        with ticker.following(job_id, news.tick):
            yield news
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


async def ended(job_id: uuid.UUID, seconds: float, stream: Stream, network: str = "") -> bool:
    """Whether the job comes to its end within that time; returns as soon as it does, or as
    `stream` has to end.

    `network` is that of the visitor who waits.
    """
    try:
        async with asyncio.timeout(seconds), subscribed(job_id) as news:
            stream.wake = news.row_changed
            while not stream.ended.is_set():
                if await news.next() is None:
                    state, sequence = await streams.read(_state, job_id, network=network)
                    if state in TERMINAL:
                        return True
                    news.read(sequence)
    except TimeoutError:
        pass
    return False


def _state(job_id: uuid.UUID) -> tuple[str, int]:
    found = Job.objects.filter(pk=job_id).values_list("state", "sequence").first()
    return found or ("", 0)


async def _listen(job_id: uuid.UUID, news: News, joined: asyncio.Event) -> None:
    """Hands on the messages about a job; while the broker is away its row is read now and then."""
    layer, group = get_channel_layer(), publish.job_group(job_id)
    channel = await layer.new_channel()
    try:
        while True:
            try:
                await layer.group_add(group, channel)
                joined.set()
                while True:
                    message = await layer.receive(channel)
                    if "progress" in message:
                        news.moved(progress=message["progress"])
                    else:
                        news.row_changed()
            except publish.HINTS:
                joined.set()
                await asyncio.sleep(RETRY_EVERY)
                news.row_changed()
    finally:
        with contextlib.suppress(TimeoutError, *publish.HINTS):
            async with asyncio.timeout(RETRY_EVERY):
                await layer.group_discard(group, channel)
