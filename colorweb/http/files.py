"""Serves a stored file in pieces, which hold no thread in between.

Django's `FileResponse` under ASGI reads the whole file into memory first; this never does.

Files in S3 go through here too, rather than by a redirect to a signed address: the permission is
asked each time, not until an address expires; pages may read the pixels of what they show
(`img-src 'self'`, no tainted canvas); and the bucket need not be reachable for browsers.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from typing import BinaryIO, cast

from django.core.files.storage import Storage, default_storage
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags

from colorweb.http.timeouts import release_thread

CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,100})-(\d{0,100})", re.ASCII)


class UnsatisfiableRange(Exception):
    """The range asked for begins after the file's end."""


def serve(
    request: HttpRequest,
    name: str,
    *,
    content_type: str,
    download_name: str | None = None,
    etag: str | None = None,
    max_age: int = 0,
    storage: Storage = default_storage,
) -> HttpResponseBase:
    """The file `name` of `storage`, or the part of it that `Range` asks for.

    `download_name` makes it an attachment. `etag` (without quotes) is made of name and size where
    none is given: stored files never change under their names. `max_age` is in seconds, for what
    anybody may see; with 0 the browser asks each time. Raises Http404 if the file is not there.
    """
    try:
        size = storage.size(name)
    except FileNotFoundError as error:
        raise Http404(f"no file {name}") from error
    etag = f'"{etag or _etag(name, size)}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": f"private, max-age={max_age}" if max_age else "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if _unchanged(request, etag):
        return HttpResponse(status=304, headers=headers)

    try:
        span = _asked_range(request, etag, size)
    except UnsatisfiableRange:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", **headers})
    first, last = span or (0, size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if span:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    if download_name and (disposition := content_disposition_header(True, download_name)):
        headers["Content-Disposition"] = disposition
    status = 206 if span else 200
    if request.method == "HEAD":
        return HttpResponse(status=status, content_type=content_type, headers=headers)
    pieces = _pieces(storage, name, first, last)
    return StreamingHttpResponse(pieces, status=status, content_type=content_type, headers=headers)


def _etag(name: str, size: int) -> str:
    return hashlib.sha256(f"{name}:{size}".encode()).hexdigest()[:20]


def _unchanged(request: HttpRequest, etag: str) -> bool:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or etag in (tag.removeprefix("W/") for tag in known)


def _asked_range(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for; None where the whole file is (RFC 9110, 14.2)."""
    match = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if not match or request.method not in ("GET", "HEAD"):
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        if int(last) == 0 or size == 0:
            raise UnsatisfiableRange
        return max(0, size - int(last)), size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise UnsatisfiableRange
    return int(first), min(int(last), size - 1) if last else size - 1


async def _pieces(storage: Storage, name: str, first: int, last: int) -> AsyncIterator[bytes]:
    length = last - first + 1
    if not length:
        return
    await release_thread()  # for as long as the receiver reads
    file = await asyncio.to_thread(_open_at, storage, name, first, last)
    try:
        while length > 0:
            piece = await asyncio.to_thread(file.read, min(CHUNK, length))
            if not piece:
                return
            length -= len(piece)
            yield piece
    finally:
        file.close()


def _open_at(storage: Storage, name: str, first: int, last: int) -> BinaryIO:
    """The file from byte `first` on; storage elsewhere is asked for that part only."""
    if hasattr(storage, "open_at"):
        return storage.open_at(name, first, last)
    file = storage.open(name, "rb")
    file.seek(first)
    return cast("BinaryIO", file)
