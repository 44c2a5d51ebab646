"""The channel layer: channels_redis, whose waiting ends when it is canceled."""

import asyncio
from typing import Any

from channels_redis.core import RedisChannelLayer
from redis.asyncio.connection import ConnectionPool


class ChannelLayer(RedisChannelLayer):
    """The library's, over connections that lose no cancellation."""

    def create_pool(self, index: int) -> ConnectionPool:
        """The connections to one server."""
        pool = super().create_pool(index)
        kind = pool.connection_class
        pool.connection_class = type(kind.__name__, (_Cancelable, kind), {})
        return pool


class _Cancelable:
    """Raises a cancellation that came while a command was sent.

    redis-py sends within `asyncio.wait_for`, which before Python 3.12 returns as if nothing were
    when it is canceled in the moment in which it is done: a socket that its page has left then
    waits for messages for ever, and keeps its place.
    """

    async def send_packed_command(self, *args: Any, **options: Any) -> None:
        """As the library does."""
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        await super().send_packed_command(*args, **options)  # type: ignore[misc]
        if task and task.cancelling() > before:
            await self.disconnect(nowait=True)  # type: ignore[attr-defined]
            raise asyncio.CancelledError
