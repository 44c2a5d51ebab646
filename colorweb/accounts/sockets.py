"""What all websockets share: they tell their visitor things, and close when they must."""

import asyncio
from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from django.http.cookie import parse_cookie

from colorweb.accounts import revocation
from colorweb.accounts.visitors import Visitor

IDENTITY_CHANGED = 4401
"""Close code: the visitor is somebody else now, or may no longer have this; pages come back."""
UNAVAILABLE = 1013
"""Close code: try again later."""


class VisitorConsumer(AsyncJsonWebsocketConsumer):
    """A socket that closes within seconds after its visitor has lost the right to it."""

    visitor: Visitor
    guard: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self.guard:
                self.guard.cancel()

    def start_guard(self) -> None:
        """From now on; for `connect`, once `visitor` is known and the socket accepted."""
        self.guard = asyncio.create_task(self._close_when_ended())

    async def receive(self, *_text: Any, **_data: Any) -> None:
        """Nothing that a page sends is for us, whatever it is."""

    async def visitor_disconnected(self, message: dict[str, Any]) -> None:
        """The visitor of this socket is somebody else by now: the page reconnects as that."""
        await self.close(code=IDENTITY_CHANGED)

    async def _close_when_ended(self) -> None:
        cookies = dict(self.scope["headers"]).get(b"cookie", b"").decode("latin-1")
        session_key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")
        try:
            async with revocation.opened(self.visitor, session_key) as stream:
                await stream.ended.wait()
        except DatabaseError:  # nobody would end what nobody watches
            await self.close(code=UNAVAILABLE)
            return
        if not stream.stopping:  # else the server itself closes all sockets
            await self.close(code=IDENTITY_CHANGED)


class NoSuchSocket(AsyncWebsocketConsumer):
    """What is at all other addresses."""

    async def connect(self) -> None:
        await self.close(code=4404)
