"""How a file is built, counted before any decoder sees it, and whether it ends too early.

A few hundred kilobytes can ask for minutes of work: by scans of a progressive JPEG, each of which
goes over the whole picture, or by hundreds of thousands of empty segments.
"""

import mmap
import re
import struct
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from .photo_errors import PhotoError

MAX_SCANS = 100
"""Encoders write about 10 scans, optimizers that try many orders up to about 60."""
MAX_WORK = 500_000_000
"""Pixels, with what `Opened.work` counts for scans: 150 megapixels of an encoder's 12 scans fit."""
MAX_SEGMENTS = 5_000
"""Of a JPEG. Long XMP comes in parts of 64 kB: 80 MB are 1,300 of them."""
MAX_CHUNKS = 100_000
"""Of a PNG. Encoders write 8 kB a chunk: 80 MB are 10,000 of them."""

_MARKER = re.compile(rb"\xff([^\x00\xff\x01\xd0-\xd8])", re.DOTALL)
_START_OF_SCAN, _END = b"\xda", b"\xd9"

END = b"\xff\xd9"
"""The marker at the end of a JPEG."""
FRAMES = {0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 55}
"""Kinds of compression; the other numbers are those of other markers."""
Data = bytes | mmap.mmap


def count_scans(file: BinaryIO) -> int:
    """How often a decoder goes over the pixels of a file on disk; 1 but for JPEG.

    Raises PhotoError `too_complex`.
    """
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:3] == b"\xff\xd8\xff":
            return max(1, _walked(data).scans)
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            _count_chunks(data)
    return 1


class Jpeg(NamedTuple):
    """What a JPEG's markers tell."""

    scans: int
    has_end: bool
    whole: int
    """So many bytes come before a segment that is cut off."""


def ended(data: bytes) -> bytes:
    """A JPEG with the marker that ends it, put where the data stop. Raises PhotoError."""
    if data[-2:] == END or (jpeg := _walked(data)).has_end:
        return data
    # What a broken transfer leaves is filled up with zeros.
    return data[: jpeg.whole].rstrip(b"\0") + END


def jpeg_frame(data: Data) -> tuple[int, int, int, int, int]:
    """Kind of compression (0 to 15, or 55), bits, height, width and channels of a JPEG.

    Raises struct.error where none is there.
    """
    place = 2
    while found := _MARKER.search(data, place):
        kind = found[1][0] - 0xC0
        place = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
        if kind in FRAMES:
            return (kind, *struct.unpack_from(">BHHB", data, found.end() + 2))
        if found[1] in (_START_OF_SCAN, _END):
            break
    raise struct.error("a JPEG without a frame")


def is_cut(file: BinaryIO) -> bool:
    """Whether a file on disk that could not be read ends before what it says that it holds."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for start, magic, ends_early in _ENDS:
            if data[start : start + len(magic)] == magic:
                try:
                    return ends_early(data)
                except struct.error:  # it does not even hold the number that says so
                    return True
    return False


def _walked(data: Data) -> Jpeg:
    """Raises PhotoError `too_complex`."""
    place, scans = 2, 0
    for _ in range(MAX_SEGMENTS):
        found = _MARKER.search(data, place)
        if not found or found[1] == _END:
            return Jpeg(scans, bool(found), len(data))
        scans += found[1] == _START_OF_SCAN
        if scans > MAX_SCANS:
            raise PhotoError("too_complex")
        place = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
        if place > len(data):
            return Jpeg(scans, False, found.start())
    raise PhotoError("too_complex")


def _number_beyond(format_: str, place: int, more: int = 0) -> Callable[[Data], bool]:
    """The file says a length or an offset there, and ends before it."""

    def ends_early(data: Data) -> bool:
        return struct.unpack_from(format_, data, place)[0] + more > len(data)

    return ends_early


def _boxes_end_early(data: Data) -> bool:
    """ISO files: boxes, each with its length, and one that describes or holds the picture."""
    place, described = 0, False
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        described |= kind in {b"meta", b"jp2c", b"jxlc", b"jxlp"}
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, place + 8)
        if length < 8:  # 0: to the end of the file
            return not described
        place += length
    return place > len(data) or not described


_ENDS: list[tuple[int, bytes, Callable[[Data], bool]]] = [
    (0, b"\xff\xd8\xff", lambda data: not _walked(data).has_end),
    (0, b"RIFF", _number_beyond("<I", 4, more=8)),
    (0, b"BM", _number_beyond("<I", 2)),
    (0, b"II*\0", _number_beyond("<I", 4, more=2)),
    (0, b"MM\0*", _number_beyond(">I", 4, more=2)),
    (0, b"II+\0", _number_beyond("<Q", 8, more=2)),
    (0, b"MM\0+", _number_beyond(">Q", 8, more=2)),
    (4, b"ftyp", _boxes_end_early),
    (4, b"jP  ", _boxes_end_early),
    (4, b"JXL ", _boxes_end_early),
]
"""Where and how a format is recognized, and whether a file of it ends too early."""


def _count_chunks(data: Data) -> None:
    place = 8
    for _ in range(MAX_CHUNKS):
        if place + 8 > len(data) or data[place + 4 : place + 8] == b"IEND":
            return
        place += 12 + int.from_bytes(data[place : place + 4], "big")
    raise PhotoError("too_complex")
