"""A way to a server of this machine that can be closed, or made slow."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from colorweb.testing.ports import free_port

CHUNK = 1 << 16


class Proxy:
    """Relays TCP connections from a free port to the port `target`."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, free_port()
        self._delay = 0.0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True).start()
        self._run(self._listen())

    def close(self) -> None:
        """Nobody gets through any more."""
        self._run(self._shut())

    @contextmanager
    def away(self) -> Iterator[None]:
        """Connections are cut, and new ones refused."""
        self._run(self._shut())
        try:
            yield
        finally:
            self._run(self._listen())

    @contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Each piece of an answer comes so much later."""
        self._delay = seconds
        try:
            yield
        finally:
            self._delay = 0.0

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)

    async def _shut(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            await asyncio.gather(
                self._pass_on(reader, back), self._pass_on(there, writer, slow=True)
            )
        writer.close()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool = False
    ) -> None:
        self._open.add(writer)
        try:
            while piece := await reader.read(CHUNK):
                if slow and self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()
