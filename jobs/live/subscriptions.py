"""Following one job from asynchronous code, without a thread or a connection in between."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeVar

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from jobs.events import publish
from jobs.models import TERMINAL, Job

POLL_EVERY = 2.0  # seconds: messages are hints and may be lost, and positions change unannounced
Result = TypeVar("Result")


async def read(look: Callable[..., Result], *args: Any) -> Result:
    """What a function finds in the database, in a thread that is released at once."""
    return await database_sync_to_async(look, thread_sensitive=False)(*args)


async def poll(job_id: uuid.UUID) -> AsyncGenerator[None]:
    """Yields whenever it is worth looking at the job's row, the first time at once."""
    layer = get_channel_layer()
    channel, group = await layer.new_channel(), publish.job_group(job_id)
    # The group first, then the first look: nothing is missed in between.
    await _hint(layer.group_add(group, channel))
    try:
        while True:
            yield
            await _hint(layer.receive(channel))
    finally:
        await _hint(layer.group_discard(group, channel))


async def ended(job_id: uuid.UUID, seconds: float) -> bool:
    """Whether the job comes to its end within that time; returns as soon as it does."""
    try:
        async with asyncio.timeout(seconds), aclosing(poll(job_id)) as seen:
            async for _ in seen:
                if await read(Job.objects.filter(pk=job_id, state__in=TERMINAL).exists):
                    return True
    except TimeoutError:
        pass
    return False


async def _hint(hint: Awaitable[Any]) -> None:
    """Waits for the broker, but never long: without it the rows are looked at instead."""
    started = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(POLL_EVERY):
            await hint
    except TimeoutError:
        return
    except publish.HINTS:
        await asyncio.sleep(POLL_EVERY - (asyncio.get_running_loop().time() - started))
