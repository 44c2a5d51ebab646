"""Websockets for tests."""

from channels.testing import WebsocketCommunicator
from django.conf import settings

from colorweb.accounts.visitors import Visitor
from colorweb.asgi import application
from tests.jobs import make


def socket(path: str, guest: str = make.GUEST, origin: str = "", session: str = ""):
    visitor = Visitor(user=None, guest=guest, address="127.0.0.1")
    cookie = f"sessionid={session}" if session else f"guest={visitor.token}"
    headers = [
        (b"host", b"127.0.0.1"),
        (b"origin", (origin or settings.SITE_URL).encode()),
        (b"cookie", cookie.encode()),
    ]
    return WebsocketCommunicator(application, path, headers)


async def message(listener: WebsocketCommunicator, kind: str) -> dict:
    """The next message of a kind."""
    while (found := await listener.receive_json_from(60))["type"] != kind:
        pass
    return found
