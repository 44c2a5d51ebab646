"""Connections that stay open: websockets, event streams, and answers that wait for a job.

They read the database in a few threads of their own, so that many of them delay neither pages nor
files, and there is a number of them for each visitor, token and network.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async
from django.conf import settings

from colorweb.accounts.visitors import Visitor
from colorweb.http.places import Place, Places

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
THREADS = 4
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="streams")
_places = Places()


async def read(
    look: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """What a function finds in the database, in a thread that is given back at once."""
    reading = database_sync_to_async(look, thread_sensitive=False, executor=_threads)
    return await reading(*args, **kwargs)


def take_place(visitor: Visitor) -> Place | None:
    """A place for one more connection of the visitor's; None if there are too many already."""
    limits = {
        f"visitor:{visitor.key}": settings.STREAMS["visitor"],
        f"network:{visitor.network}": settings.STREAMS["network"],
    }
    if visitor.api_token:
        limits[f"token:{visitor.api_token.pk}"] = settings.STREAMS["token"]
    return _places.take(limits)
