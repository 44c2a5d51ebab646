"""Photo files in, photo files out: what people upload, made into plain sRGB pixels and back.

Files are decoded in a process of their own (`child`), with limits of time and memory; there is no
other way to one. A file that cannot be colored raises PhotoError with a stable code.
"""

import io
import logging
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from . import children
from .encoding import encode
from .exchange import (
    DEFAULT_LIMITS,
    PREVIEW_SIDE,
    Inspection,
    Limits,
    Photo,
    Reduced,
    Size,
    preview,
    unpack,
)
from .formats import SUFFIXES
from .notes import NOTES
from .photo_errors import ERRORS, PhotoError
from .pixels import on_white
from .slots import LIGHT, Busy, Slots, count
from .srgb import Pixels, gray

log = logging.getLogger(__name__)

__all__ = [
    "DEFAULT_LIMITS",
    "ERRORS",
    "NOTES",
    "PREVIEW_SIDE",
    "SUFFIXES",
    "Busy",
    "Inspection",
    "Limits",
    "Photo",
    "PhotoError",
    "gray",
    "inspect",
    "on_white",
    "pages",
    "preview",
    "read",
    "reduce",
    "size",
    "write",
]

Source = Path | str | BinaryIO
T = TypeVar("T")
_SLOTS = Slots(count())

MAX_SIDE = {
    "jpeg": 65_500,
    "png": 2**31 - 1,
    "webp": 16_383,
    "tiff": 2**31 - 1,
    "avif": 65_536,
}
"""What can be written, and the formats' own limits."""


def inspect(
    source: Source,
    limits: Limits = DEFAULT_LIMITS,
    *,
    page: int = 1,
    seconds: float | None = None,
) -> Inspection:
    """Decode a page of a file to its end, as small as its format allows, and report what it holds.

    Raises PhotoError, and Busy if there was no slot in `seconds`.
    """
    return _decode("inspect", Inspection, source, limits, page=page, seconds=seconds)


def read(
    source: Source, limits: Limits = DEFAULT_LIMITS, *, page: int = 1, deep: bool = False
) -> Photo:
    """The picture on a page (from 1) of a file as sRGB, the right way up.

    With `deep` a file of more than 8 bits a channel gives uint16. Raises PhotoError.
    """
    return _decode("read", Photo, source, limits, page=page, deep=deep)


def reduce(source: Source, short_side: int, limits: Limits = DEFAULT_LIMITS) -> Pixels:
    """The first picture as training sees it: uint8 H,W,3, its short side at most so long.

    Raises PhotoError.
    """
    return _decode("reduce", Reduced, source, limits, short_side=short_side).rgb


def size(source: Source, limits: Limits = DEFAULT_LIMITS) -> tuple[int, int]:
    """Width and height of the first picture, by the header. Raises PhotoError."""
    found = _decode("size", Size, source, limits)
    return found.width, found.height


def pages(source: Source, limits: Limits = DEFAULT_LIMITS) -> int:
    """How many pages a file has. Raises PhotoError."""
    return _decode("size", Size, source, limits).pages


def write(
    target: Path | str | BinaryIO,
    pixels: Pixels,
    *,
    alpha: Pixels | None = None,
    format: str = "jpeg",  # noqa: A002 (Pillow's name for it)
    quality: int = 92,
    exif: bytes = b"",
    xmp: bytes = b"",
    iptc: bytes = b"",
    dpi: tuple[float, float] | None = None,
) -> None:
    """Encode sRGB H,W,3 or gray H,W as ``jpeg`` (4:4:4), ``png``, ``webp``, ``tiff`` or ``avif``.

    Pixels are uint8, for PNG and TIFF also uint16; alpha is uint8. A path gets the whole file at
    once or is left as it was. JPEG knows no alpha: transparent places become white. ``exif`` begins
    with ``Exif\\0\\0`` and fits 64 kB, as ``xmp`` and ``iptc`` do, the last for JPEG alone; ``dpi``
    is in pixels an inch, across and down. Raises PhotoError where the format cannot hold so large a
    photo.
    """
    if max(pixels.shape) > MAX_SIDE[format]:
        raise PhotoError("too_large_for_format", format=format.upper(), limit=MAX_SIDE[format])
    options: dict[str, Any] = {
        "quality": quality,
        "exif": exif,
        "xmp": xmp,
        "iptc": iptc,
        "dpi": dpi,
    }
    if not isinstance(target, Path | str):
        encode(target, pixels, alpha, format, **options)
        return
    path = Path(target)
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            encode(file, pixels, alpha, format, **options)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _decode(
    operation: str,
    kind: type[T],
    source: Source,
    limits: Limits,
    *,
    page: int = 1,
    seconds: float | None = None,
    **options: Any,
) -> T:
    """Have `reading` do something with a file, in a process that can be killed."""
    request = {
        "operation": operation,
        "limits": asdict(limits),
        "page": page,
        "options": options,
    }
    work = LIGHT
    with _descriptor(source) as file:
        while True:
            # A file that turns out to be more work than was thought waits for its turn again.
            with _SLOTS.taken(work, seconds):
                answer, memory = children.ask({**request, "work": work}, file)
            match answer:
                case {"work": work}:
                    continue
                case {"found": values}:
                    return unpack(kind, values, memory)
                case {"error": code, "params": params}:
                    if "reason" in answer:
                        log.warning("A photo could not be decoded: %s", answer["reason"])
                    raise PhotoError(code, **params)


@contextmanager
def _descriptor(source: Source) -> Iterator[int]:
    """A file as a descriptor; what is not on disk is copied into memory that has one."""
    if isinstance(source, Path | str):
        with Path(source).open("rb") as file:
            yield file.fileno()
        return
    source.seek(0)
    try:
        source.flush()
        yield source.fileno()
    except io.UnsupportedOperation:
        with os.fdopen(os.memfd_create("photo"), "w+b") as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            yield copy.fileno()
