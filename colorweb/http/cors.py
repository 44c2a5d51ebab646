"""Lets pages of the origins that the operator names (`CORS_ORIGINS`) use the API with a token.

Cookies are none of theirs: answers never say `Access-Control-Allow-Credentials`. An ASGI wrapper,
so that what is refused before Django's middleware can be read there too.
"""

from collections.abc import MutableMapping
from typing import Any

from django.conf import settings

from colorweb.http.problems import FILES

PATHS = ("/api/", *FILES)
METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
TAKEN = (
    b"Accept, Accept-Language, Authorization, Content-Disposition, Content-Type, Idempotency-Key, "
    b"If-Match, If-None-Match, If-Range, Last-Event-ID, Prefer, Range, X-Request-Id"
)
SHOWN = (
    b"Allow, Content-Disposition, Content-Range, ETag, Location, Preference-Applied, RateLimit, "
    b"RateLimit-Policy, Retry-After, X-Guest-Token, X-Job-Id, X-Request-Id"
)
KEPT_SECONDS = b"600"
Message = MutableMapping[str, Any]


class Cors:
    """ASGI wrapper that answers a browser's question before a request, and marks the answers."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        if not settings.CORS_ORIGINS or not scope["path"].startswith(PATHS):
            return await self.application(scope, receive, send)
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"")
        marks = [(b"vary", b"Origin")]
        if origin.decode("latin-1") in settings.CORS_ORIGINS:
            marks.append((b"access-control-allow-origin", origin))
            if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
                return await _allow(send, marks)
            marks.append((b"access-control-expose-headers", SHOWN))

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *marks]}
            await send(message)

        return await self.application(scope, receive, marked)


async def _allow(send: Any, marks: list[tuple[bytes, bytes]]) -> None:
    headers = [
        *marks,
        (b"access-control-allow-methods", METHODS),
        (b"access-control-allow-headers", TAKEN),
        (b"access-control-max-age", KEPT_SECONDS),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
