"""Refuses bodies that are too large, too slow or too many before Django writes them to disk.

Django under ASGI spools the whole body before any view runs, so the limits have to stand outside.
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
from django.db import DatabaseError
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from colorweb import database, free_space
from colorweb.accounts import visitors
from colorweb.errors import DomainError
from colorweb.http import problems, streams
from colorweb.http.places import Place, Places

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
SILENCE = 30.0
"""Seconds without a byte after which a body is given up."""
FIRST_SECONDS, SLOWEST = 60.0, 5_000
"""A body may take so many seconds, and one more for so many bytes."""
SMALL = 1_000_000
"""Bytes that are taken even where there is little room: forms, JSON, logging in."""
TITLES = {
    408: gettext_noop("The upload was too slow"),
    413: gettext_noop("That is too large"),
    429: gettext_noop("Limit reached"),
    503: gettext_noop("One moment"),
    507: gettext_noop("There is too little space left"),
}
_places = Places("bodies")


def register(limits: Mapping[str, str], *, staff_only: bool = False) -> None:
    """Gives paths limits of their own, each the name of a setting; for `AppConfig.ready`.

    With `staff_only` the limit is for one file, and only of a member of staff.
    """
    (_settings_of_staff if staff_only else _settings).update(limits)


def _is_form(path: str) -> bool:
    """Whether a body may hold several photos: from pages, and where an app has registered it."""
    return path in _settings or not problems.is_api(path)


def limit_for(path: str) -> int:
    """Bytes that a request's body may have: one photo for the API, several in forms."""
    if not _is_form(path):
        return settings.UPLOAD_MAX_BYTES + FORM_OVERHEAD
    return int(getattr(settings, _settings.get(path, "REQUEST_MAX_BYTES")))


async def limit_of(scope: Scope) -> int:
    """The same for one request: archives to train on, and models, may be larger from staff."""
    if larger := _settings_of_staff.get(scope["path"]):
        from_staff = await streams.read(_from_staff, scope)
        if from_staff:
            return int(getattr(settings, larger)) + FORM_OVERHEAD
    return limit_for(scope["path"])


def _from_staff(scope: Scope) -> bool:
    """Whether a session or a token shows that a member of staff sends this."""
    return visitors.of_scope(scope).may("staff")


class BodyLimit:
    """ASGI wrapper that refuses a body: by its headers at once, else as soon as it goes too far."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        try:
            limit = await limit_of(scope)
        except DatabaseError as error:
            if not database.is_unavailable(error):
                raise
            await _refuse(scope, receive, send, problems.no_database())
            return
        body = _Body(scope, receive, limit)
        answering = False

        async def watched(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await body.begin()
            await self.application(scope, body.receive, watched)
        except DomainError as error:
            body.error = body.error or error
        finally:
            body.end()
        if body.error and not answering:
            await _refuse(scope, receive, send, body.error, keep=body.is_whole)


class _Body:
    """One request's body as it comes, until it is whole or refused."""

    error: DomainError | None = None
    is_whole = False

    def __init__(self, scope: Scope, receive: Receive, limit: int) -> None:
        self._scope, self._receive, self._limit = scope, receive, limit
        self._began = time.monotonic()
        self._received = self._checked = 0
        self._complete = False
        self._place: Place | None = None

    async def begin(self) -> None:
        """Raise DomainError for a body that is refused by its headers."""
        headers = dict(self._scope["headers"])
        length = _content_length(headers)
        self._check(length)
        if length or b"transfer-encoding" in headers:
            network = visitors.network_of((self._scope.get("client") or ["unknown"])[0])
            self._place = await _places.atake({network: settings.BODIES_PER_NETWORK})
            if self._place is None:
                raise DomainError("too_many_uploads", retry_after=DRAIN_SECONDS)

    def end(self) -> None:
        """Release its place, whatever became of it."""
        self._complete = True
        if self._place:
            self._place.release()

    async def receive(self) -> Message:
        """The next message; a body that goes too far is cut, and `error` says why."""
        if self._complete:
            return await self._receive()
        ends = self._began + FIRST_SECONDS + self._received / SLOWEST
        try:
            async with asyncio.timeout(min(SILENCE, ends - time.monotonic())):
                message = await self._receive()
            self._received += len(message.get("body", b""))
            if self._received > self._checked + SMALL:
                self._checked = self._received
                self._check(self._received)
            elif self._received > self._limit:
                self._check(self._received)
        except (TimeoutError, DomainError) as error:
            self.error = error if isinstance(error, DomainError) else DomainError("request_timeout")
            return {"type": "http.disconnect"}
        if not message.get("more_body", False):
            self.is_whole = message["type"] == "http.request"
            self.end()
        return message

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise _too_large(self._scope["path"], self._limit)
        if size > SMALL:
            free_space.check(size - self._received)


def _content_length(headers: dict[bytes, bytes]) -> int:
    try:
        return int(headers.get(b"content-length", b"0"))
    except ValueError:
        return 0


async def _refuse(
    scope: Scope, receive: Receive, send: Send, error: DomainError, *, keep: bool = False
) -> None:
    """Sends the answer and reads on until the sender is done, so that the answer is seen.

    The connection ends with it, unless all of the body has been read.
    """
    response = await sync_to_async(_answer, thread_sensitive=False)(scope, error)
    await send(
        {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": [
                (b"content-type", response["Content-Type"].encode()),
                (b"content-length", str(len(response.content)).encode()),
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
                *(() if keep else ((b"connection", b"close"),)),
                *(
                    (b"retry-after", response[name].encode())
                    for name in ("Retry-After",)
                    if name in response.headers
                ),
            ],
        }
    )
    await send({"type": "http.response.body", "body": response.content, "more_body": True})
    # A client that asks first, as curl does, has its answer and sends nothing.
    expects = dict(scope["headers"]).get(b"expect", b"").lower() == b"100-continue"
    if not expects and error.status in (413, 507):
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


def _too_large(path: str, limit: int) -> DomainError:
    if not _is_form(path):
        return DomainError("too_many_bytes.file", limit=(limit - FORM_OVERHEAD) // 1_000_000)
    return DomainError(
        "too_many_bytes.form",
        limit=settings.UPLOAD_MAX_BYTES // 1_000_000,
        together=limit // 1_000_000,
    )


def _answer(scope: Scope, error: DomainError) -> HttpResponse:
    request = ASGIRequest(dict(scope), BytesIO())
    with translation.override(translation.get_language_from_request(request)):
        return problems.refuse(request, error, title=_(TITLES[error.status]))
