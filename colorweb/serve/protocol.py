"""uvicorn's HTTP with bounds on a request's head: nobody may send one for ever, or without end.

A request that comes while the server ends is answered, if its connection was there before.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0
"""For the request line and the headers, from the connection or the request's first byte on."""
HEAD_BYTES = 65_536
FIRST_BYTE_SECONDS = 2.0
"""For the first request of a connection, once the server ends."""


class Protocol(HttpToolsProtocol):
    """Closes a connection whose request's head takes too long or is too large."""

    _late: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _ends = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._have_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._late:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse()

    def on_message_begin(self) -> None:
        self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._have_head()
        super().on_headers_complete()
        if self._ends:
            super().shutdown()

    def shutdown(self) -> None:
        """The server ends. uvicorn would close a connection whose request is on its way."""
        if self._late is None:
            super().shutdown()
            return
        self._ends = True
        if not self._head_bytes:
            self.loop.call_later(FIRST_BYTE_SECONDS, self._close_unused)

    def _close_unused(self) -> None:
        if self._late and not self._head_bytes:
            self._refuse()

    def _expect_head(self) -> None:
        self._have_head()
        self._head_bytes = 0
        self._late = self.loop.call_later(HEAD_SECONDS, self._refuse)

    def _have_head(self) -> None:
        if self._late:
            self._late.cancel()
            self._late = None

    def _refuse(self) -> None:
        self._have_head()
        if not self.transport.is_closing():
            self.transport.close()
