"""Refuses bodies that are too large before Django writes them to disk.

Django under ASGI spools the whole body before any view runs, so the limit has to stand outside.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from io import BytesIO
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from colorweb.accounts import visitors
from colorweb.errors import DomainError
from colorweb.http import problems, streams

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

# What a multipart body holds besides its file.
FORM_OVERHEAD = 1_000_000
_settings: dict[str, str] = {}
_settings_of_staff: dict[str, str] = {}
# A browser reads an answer only after it has sent its body, so a refused body is read and dropped,
# within bounds.
DRAIN_BYTES = 1_000_000_000
DRAIN_SECONDS = 60


def register(limits: Mapping[str, str], *, staff_only: bool = False) -> None:
    """Gives paths limits of their own, each the name of a setting; for `AppConfig.ready`.

    With `staff_only` the limit is for one file, and only of a member of staff.
    """
    (_settings_of_staff if staff_only else _settings).update(limits)


def _is_form(path: str) -> bool:
    """Whether a body may hold several photos: from pages, and where an app has registered it."""
    return path in _settings or not problems.wants_json(path)


def limit_for(path: str) -> int:
    """Bytes that a request's body may have: one photo for the API, several in forms."""
    if not _is_form(path):
        return settings.UPLOAD_MAX_BYTES + FORM_OVERHEAD
    return int(getattr(settings, _settings.get(path, "REQUEST_MAX_BYTES")))


async def limit_of(scope: Scope) -> int:
    """The same for one request: archives to train on, and models, may be larger from staff."""
    larger = _settings_of_staff.get(scope["path"])
    if larger and await streams.read(_from_staff, scope):
        return int(getattr(settings, larger)) + FORM_OVERHEAD
    return limit_for(scope["path"])


def _from_staff(scope: Scope) -> bool:
    """Whether a session or a token shows that a member of staff sends this."""
    return visitors.of_scope(scope).may("staff")


class BodyLimit:
    """ASGI wrapper that answers 413: by Content-Length at once, else when the count is passed."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        limit = await limit_of(scope)
        headers = dict(scope["headers"])
        if _content_length(headers) > limit:
            await _refuse(scope, receive, send, limit, headers)
            return

        received = 0
        too_large = False
        answering = False

        async def counted() -> Message:
            nonlocal received, too_large
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                too_large = True
                return {"type": "http.disconnect"}
            return message

        async def watched(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        await self.application(scope, counted, watched)
        if too_large and not answering:
            await _refuse(scope, receive, send, limit, headers)


def _content_length(headers: dict[bytes, bytes]) -> int:
    try:
        return int(headers.get(b"content-length", b"0"))
    except ValueError:
        return 0


async def _refuse(
    scope: Scope, receive: Receive, send: Send, limit: int, headers: dict[bytes, bytes]
) -> None:
    """Sends the 413 and reads on until the sender is done, so that the answer is seen."""
    response = await sync_to_async(_too_large, thread_sensitive=False)(scope, limit)
    await send(
        {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": [
                (b"content-type", response["Content-Type"].encode()),
                (b"content-length", str(len(response.content)).encode()),
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": response.content, "more_body": True})
    # A client that asks first, as curl does, has its answer and sends nothing.
    if headers.get(b"expect", b"").lower() != b"100-continue":
        await _drain(receive)
    await send({"type": "http.response.body", "body": b""})


async def _drain(receive: Receive) -> None:
    dropped = 0
    deadline = time.monotonic() + DRAIN_SECONDS
    while dropped < DRAIN_BYTES:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                message = await receive()
        except TimeoutError:
            return
        dropped += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return


def _too_large(scope: Scope, limit: int) -> HttpResponse:
    request = ASGIRequest(dict(scope), BytesIO())
    with translation.override(translation.get_language_from_request(request)):
        if not _is_form(request.path):
            error = DomainError("too_many_bytes.file", limit=(limit - FORM_OVERHEAD) // 1_000_000)
        else:
            error = DomainError(
                "too_many_bytes.form",
                limit=settings.UPLOAD_MAX_BYTES // 1_000_000,
                together=limit // 1_000_000,
            )
        return problems.refuse(request, error, title=_("That is too large"))
