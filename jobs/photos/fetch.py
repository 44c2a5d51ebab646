"""A photo from an address that somebody names.

Fetched while the request waits, in its own thread and not by a worker: the answer then shows at
once whether there is a photo, with the errors an upload has, and there is no half-made job that
waits for a slow server. What a slow server can hold is bounded: a few threads, without their
database connections, for some seconds.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import cast
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile

from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from colorweb.http import outgoing
from colorweb.http.places import Places
from colorweb.http.timeouts import release_connection
from jobs.queue import limits

MAX_REDIRECTS = 3
PLACE_TIMEOUT = 5
"""Seconds that a request waits for others that fetch."""
OWNER_SHARE = 4
"""One owner has a quarter of the places: slow servers of one delay nobody else's."""
_places = Places("fetches")


@contextmanager
def fetched(url: str, visitor: Visitor) -> Iterator[UploadedFile]:
    """The file at an address, as if it had been uploaded.

    Raises `outgoing.Forbidden`, `outgoing.Unreachable`, and DomainError: for what answers without
    a photo, over `UPLOAD_MAX_BYTES`, and where the visitor, or all together, fetch too many.
    """
    release_connection()
    most = settings.URL_INTAKE_AT_ONCE
    at_once = {"all": most, visitor.queue_owner: max(1, most // OWNER_SHARE)}
    place = _places.take(at_once, timeout=PLACE_TIMEOUT)
    if place is None:
        raise DomainError("too_many_fetches", retry_after=limits.RETRY_AFTER)
    with place:
        upload = _fetch(url, time.monotonic() + settings.URL_INTAKE_SECONDS)
    with upload:
        yield upload


def _fetch(url: str, ends: float) -> UploadedFile:
    for _hop in range(MAX_REDIRECTS + 1):
        try:
            with outgoing.request(
                "GET", url, headers={"Accept": "image/*"}, seconds=ends - time.monotonic()
            ) as answer:
                if answer.status not in outgoing.REDIRECTS:
                    return _kept(answer, _name(url))
                url = outgoing.following(answer.headers.get("location", ""), url)
        except outgoing.TooLong as error:
            limit = settings.UPLOAD_MAX_BYTES // 1_000_000
            raise DomainError("too_many_bytes.file", limit=limit) from error
    raise DomainError("url_unreachable")


def _kept(answer: outgoing.Answer, name: str) -> UploadedFile:
    """The body as a file."""
    if answer.status != 200:
        raise DomainError("url_unreachable.status", status=answer.status)
    upload = TemporaryUploadedFile(name, "", 0, None)
    try:
        for piece in outgoing.limited(answer.body, settings.UPLOAD_MAX_BYTES):
            upload.write(piece)
            upload.size = cast("int", upload.size) + len(piece)
    except BaseException:
        upload.close()
        raise
    upload.seek(0)
    return upload


def _name(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name or "photo"
