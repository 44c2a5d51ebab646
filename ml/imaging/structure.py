"""How a file is built, counted before any decoder sees it.

A few hundred kilobytes can ask for minutes of work: by scans of a progressive JPEG, each of which
goes over the whole picture, or by hundreds of thousands of empty segments.
"""

import mmap
import re
from typing import BinaryIO

from .photo_errors import PhotoError

MAX_SCANS = 100
"""Encoders write about 10 scans, optimizers that try many orders up to about 60."""
MAX_WORK = 500_000_000
"""Pixels, with what `Opened.work` counts for scans: 150 megapixels of an encoder's 12 scans fit."""
MAX_SEGMENTS = 5_000
"""Of a JPEG. Long XMP comes in parts of 64 kB: 80 MB are 1,300 of them."""
MAX_CHUNKS = 100_000
"""Of a PNG. Encoders write 8 kB a chunk: 80 MB are 10,000 of them."""

_MARKER = re.compile(rb"\xff+([^\x00\xff\x01\xd0-\xd8])", re.DOTALL)
_START_OF_SCAN, _END = b"\xda", b"\xd9"


def count_scans(file: BinaryIO) -> int:
    """How often a decoder goes over the pixels of a file on disk; 1 but for JPEG.

    Raises PhotoError `too_complex`.
    """
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:3] == b"\xff\xd8\xff":
            return max(1, _scans_of_jpeg(data))
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            _count_chunks(data)
    return 1


def _scans_of_jpeg(data: mmap.mmap) -> int:
    place, scans = 2, 0
    for _ in range(MAX_SEGMENTS):
        found = _MARKER.search(data, place)
        if not found or found[1] == _END:
            return scans
        scans += found[1] == _START_OF_SCAN
        if scans > MAX_SCANS:
            raise PhotoError("too_complex")
        place = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
    raise PhotoError("too_complex")


def _count_chunks(data: mmap.mmap) -> None:
    place = 8
    for _ in range(MAX_CHUNKS):
        if place + 8 > len(data) or data[place + 4 : place + 8] == b"IEND":
            return
        place += 12 + int.from_bytes(data[place : place + 4], "big")
    raise PhotoError("too_complex")
