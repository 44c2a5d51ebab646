"""Who may open a websocket: pages of our own origin, to the letter, and programs with a token."""

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host


class OwnOrigin:
    """Refuses sockets that a page of any other origin opens.

    Hosts alone would let in other ports and plain http, where others may serve pages. Every browser
    sends `Origin`, and no page can send `Authorization` with a socket: who sends that alone is a
    program.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        is_program = b"origin" not in headers and b"authorization" in headers
        if is_program or is_own(headers.get(b"origin", ""), headers.get(b"host", "")):
            return await self.application(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)


def is_own(origin: str, host: str) -> bool:
    """Whether an `Origin` is that of the site, one that the operator names, or that of `host`."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    scheme = urlsplit(settings.SITE_URL).scheme
    allowed = validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
    return allowed and origin == f"{scheme}://{host}"
