"""The web process: uvicorn, and what must end at once when the process stops.

Requests in flight have `GRACEFUL_SECONDS` to finish, and new connections are refused meanwhile.
Sockets, event streams and requests that only wait would never finish by themselves: their clients
come back, to another process.
"""

import socket
import sys

import uvicorn

from colorweb import runtime
from colorweb.serve.protocol import Protocol

SWITCH_SECONDS = 0.0005
"""A thread that waits for the interpreter gets it after so long: each query of a request waits for
it once, beside somebody's uploads, and Python's 5 ms would add up."""


class Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops as uvicorn does, after it has ended the streams; uvicorn closes sockets (1012)."""
        from colorweb.accounts import revocation  # noqa: PLC0415 - needs the application's settings

        revocation.end_all()
        await super().shutdown(sockets)


def _shared_sockets() -> list[socket.socket] | None:
    """The port, where several processes listen on it and the kernel shares out connections."""
    if not runtime.env.bool("COLORWEB_SHARED_PORT", False):
        return None
    family = socket.AF_INET6 if ":" in runtime.host() else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((runtime.host(), runtime.port()))
    return [listening]


def main() -> int:
    sys.setswitchinterval(SWITCH_SECONDS)
    server = Server(
        uvicorn.Config(
            "colorweb.asgi:application",
            host=runtime.host(),
            port=runtime.port(),
            http=Protocol,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=runtime.graceful_seconds(),
        )
    )
    server.run(_shared_sockets())
    return 0 if server.started else 3


if __name__ == "__main__":
    sys.exit(main())
