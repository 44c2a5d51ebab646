"""Connections that stay open: websockets, event streams, and answers that wait for a job.

They read the database in a few threads of their own, so that many of them delay neither pages nor
files, and there is a number of them for each visitor, token and network.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from channels.db import database_sync_to_async
from django.conf import settings

from colorweb.accounts.visitors import Visitor
from colorweb.http.places import Place, Places

Result = TypeVar("Result")
THREADS, THREADS_PER_NETWORK = 8, 2
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="streams")
_turns: WeakKeyDictionary[
    asyncio.AbstractEventLoop, WeakValueDictionary[str, asyncio.Semaphore]
] = WeakKeyDictionary()
_places = Places("streams")


async def read(look: Callable[..., Result], *args: Any, network: str = "") -> Result:
    """What a function finds in the database, in a thread that is released at once.

    For one network no more than a few run at a time: many sockets of one delay nobody else's.
    """
    turns = _turns.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
    turn = turns.setdefault(network, asyncio.Semaphore(THREADS_PER_NETWORK))
    async with turn:
        reading = database_sync_to_async(look, thread_sensitive=False, executor=_threads)
        return await reading(*args)


def take_place(visitor: Visitor) -> Place | None:
    """A place for one more connection of the visitor's; None if there are too many already."""
    return _places.take(_limits(visitor))


async def atake_place(visitor: Visitor) -> Place | None:
    """The same, in an event loop."""
    return await _places.atake(_limits(visitor))


def _limits(visitor: Visitor) -> dict[str, int]:
    limits = {
        f"visitor:{visitor.key}": settings.STREAMS["visitor"],
        f"network:{visitor.network}": settings.STREAMS["network"],
    }
    if visitor.api_token:
        limits[f"token:{visitor.api_token.pk}"] = settings.STREAMS["token"]
    return limits
