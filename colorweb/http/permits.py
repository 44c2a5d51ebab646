"""Permits: of one network only some requests are worked on at a time, however many it sends.

The threads of a process share its one interpreter, so thirty requests of one visitor would make
everybody else's thirty times slower. A request waits for its permit in the event loop, once its
body is there, and releases it when its answer begins, or when it waits for something else
(`timeouts`). One that has waited too long is refused instead of kept hanging. After a refusal the
next of the network begins a moment later, so that who sends file after broken file slows down
themselves alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from colorweb.accounts.visitors import network_of
from colorweb.errors import DomainError
from colorweb.http.origins import SAFE
from colorweb.http.problems import is_api

Message = MutableMapping[str, Any]
MAX_READING, MAX_CHANGING = 2, 1
"""Requests of one network that read, and that change something; the interpreter does no more in the
same time with more threads."""
MAX_WAIT = 15.0
"""Seconds."""
MAX_WAIT_OF_READS = 3.0
"""Of programs that read: they ask again, and rather know soon that they ask too much."""
RETRY_AFTER = 5
PAUSE = 0.1
"""Seconds that the permit of a change is kept after the change was refused."""
_semaphores: WeakKeyDictionary[
    asyncio.AbstractEventLoop, WeakValueDictionary[tuple[str, bool], asyncio.Semaphore]
] = WeakKeyDictionary()
_current: ContextVar[Permit | None] = ContextVar("permit", default=None)


class Permits:
    """ASGI wrapper that keeps requests waiting while there are too many of their network."""

    def __init__(self, application: Callable[[Any, Any, Any], Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        network = network_of((scope.get("client") or ["unknown"])[0])
        reads = scope["method"] in SAFE
        is_soon = reads and is_api(scope["path"])
        permit = Permit(network, MAX_WAIT_OF_READS if is_soon else MAX_WAIT, reads=reads)

        async def permitted() -> Message:
            message: Message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                await permit.acquire()
            return message

        async def answering(message: Message) -> None:
            is_refused = not reads and message.get("status", 0) >= 400
            permit.release(after=PAUSE if is_refused else 0)
            await send(message)

        token = _current.set(permit)
        try:
            await self.application(scope, permitted, answering)
        finally:
            permit.end()
            _current.reset(token)


class Permit:
    """One request's."""

    def __init__(self, network: str, max_wait: float, *, reads: bool) -> None:
        self._max_wait = max_wait
        self.loop = asyncio.get_running_loop()
        of_loop = _semaphores.setdefault(self.loop, WeakValueDictionary())
        new = asyncio.Semaphore(MAX_READING if reads else MAX_CHANGING)
        self._semaphore = of_loop.setdefault((network, reads), new)
        self._held = self._ended = False

    async def acquire(self) -> None:
        """Wait for it, unless it is held. Raises DomainError after `max_wait` seconds."""
        if self._held:
            return
        try:
            async with asyncio.timeout(self._max_wait):
                await self._semaphore.acquire()
        except TimeoutError as error:
            raise DomainError("unavailable.busy", retry_after=RETRY_AFTER) from error
        self._held = True
        if self._ended:  # the request was given up meanwhile
            self.release()

    def release(self, *, after: float = 0) -> None:
        """Let another request of the network begin, at once or `after` seconds; in the event loop.

        Twice is as once.
        """
        if self._held:
            self._held = False
            self.loop.call_later(after, self._semaphore.release)

    def end(self) -> None:
        """Release it for good."""
        self._ended = True
        self.release()


def acquire() -> None:
    """Take the permit again, in the thread of a request that has released it to wait for something
    else. Raises DomainError where that takes too long.
    """
    if permit := _current.get():
        asyncio.run_coroutine_threadsafe(permit.acquire(), permit.loop).result()


def release() -> None:
    """Release the permit of the request that this is called in, if it is one; from any thread."""
    if permit := _current.get():
        permit.loop.call_soon_threadsafe(permit.release)
