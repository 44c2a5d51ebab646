"""The channel layer: channels_redis, whose waiting ends when it is canceled."""

import asyncio
import os
import threading
from collections.abc import Iterable
from functools import cache
from typing import Any

from channels.layers import get_channel_layer
from channels_redis.core import RedisChannelLayer
from redis.asyncio.connection import ConnectionPool

from colorweb import broker


class ChannelLayer(RedisChannelLayer):
    """The library's, over connections that lose no cancellation."""

    def create_pool(self, index: int) -> ConnectionPool:
        """The connections to one server."""
        pool = super().create_pool(index)
        kind = pool.connection_class
        pool.connection_class = type(kind.__name__, (_Cancelable, kind), {})
        return pool

    def has_members(self, groups: Iterable[str]) -> bool:
        """Whether anybody is in one of the groups; asked over this thread's own connection."""
        return bool(broker.client().exists(*map(self._group_key, groups)))


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


def send(groups: Iterable[str], message: dict[str, Any]) -> None:
    """Send a message to groups, from a thread without an event loop. Raises what the layer does.

    Of most jobs nobody hears: to ask first costs a tenth of sending. All go through one loop, which
    keeps its connections: `async_to_sync` makes another loop each time, and that connects anew.
    """
    groups = list(groups)
    layer = get_channel_layer()
    if layer is not None and layer.has_members(groups):
        asyncio.run_coroutine_threadsafe(_send(layer, groups, message), _loop()).result()


async def _send(layer: ChannelLayer, groups: Iterable[str], message: dict[str, Any]) -> None:
    await asyncio.gather(*(layer.group_send(group, message) for group in groups))


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="messages", daemon=True).start()
    return loop


os.register_at_fork(after_in_child=_loop.cache_clear)
