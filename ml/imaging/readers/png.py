"""PNG: libpng decodes it in its own depth; its colors are those that browsers show.

Only chunks that matter are handed on: a wrong checksum in a comment spoils no photo.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from imagecodecs import png_decode

from ml.imaging.notes import note
from ml.imaging.photo_errors import PhotoError

from . import color_tags
from .picture import Picture, Samples, samples_of
from .plain import PlainPicture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CRITICAL = {b"IHDR", b"PLTE", b"IDAT"}
USED = {b"tRNS", b"iCCP", b"eXIf", b"pHYs"}
READ_HERE = {b"cICP", b"sRGB", b"gAMA", b"cHRM", b"acTL"}
"""Chunks that no decoder behind this module is to see."""
TEXTS = (b"XML:com.adobe.xmp\0", b"Raw profile type ")
END = struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))
MAX_TEXT = 1_000_000
DEEP_EFFORT = 2.0


class PngPicture(PlainPicture):
    """A PNG; of a moving one its default image."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        chunks = list(_chunks(file.read()))
        parts = (chunk for kind, chunk in chunks if kind not in READ_HERE)
        self._content = b"".join([SIGNATURE, *parts, END])
        tags = {kind: chunk[8:-4] for kind, chunk in chunks if kind not in CRITICAL}
        super().__init__(io.BytesIO(self._content), name)
        if b"acTL" in tags:
            self.notes.append(note("first_frame"))
        self.profile = _profile(tags) or self.profile
        if self._content[len(SIGNATURE) + 16] == 16:  # bits
            self.effort, self.bytes_a_pixel = DEEP_EFFORT, 12

    def decode(self, side: int | None) -> Samples:
        pixels = png_decode(self._content)
        if pixels.ndim == 2:
            return samples_of(pixels, space="gray")
        match pixels.shape[2]:
            case 2:
                return samples_of(pixels[..., 0], pixels[..., 1], "gray")
            case 4:
                return samples_of(pixels[..., :3], pixels[..., 3])
        return samples_of(pixels)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and bytes of each chunk that is used. Raises PhotoError `truncated`."""
    place = len(SIGNATURE)
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        if kind == b"IEND":
            return
        if end > len(data):
            if kind in CRITICAL:
                raise PhotoError("truncated")
            return
        if kind in CRITICAL:
            yield kind, data[place:end]
        elif zlib.crc32(data[place + 4 : end - 4]) == int.from_bytes(data[end - 4 : end], "big"):
            yield from _used(kind, data[place:end])
        place = end


def _used(kind: bytes, chunk: bytes) -> Iterator[tuple[bytes, bytes]]:
    text = kind in {b"tEXt", b"zTXt", b"iTXt"} and len(chunk) < MAX_TEXT
    if kind in USED or kind in READ_HERE or (text and chunk[8:].startswith(TEXTS)):
        yield kind, chunk


def _profile(tags: dict[bytes, bytes]) -> bytes | None:
    """The colors in the order that browsers follow; None where they are sRGB's, or in iCCP."""
    try:
        if code := tags.get(b"cICP"):
            primaries, transfer, matrix, full_range = code[:4]
            if (matrix, full_range) == (0, 1):
                return color_tags.of_cicp(primaries, transfer)
        if not tags.keys().isdisjoint({b"iCCP", b"sRGB"}) or b"gAMA" not in tags:
            return None
        gamma = struct.unpack(">I", tags[b"gAMA"])[0] / 100_000
        if b"cHRM" in tags:
            numbers = struct.unpack(">8I", tags[b"cHRM"])
            return color_tags.of_gamma(gamma, [number / 100_000 for number in numbers])
        return None if gamma == color_tags.SRGB_GAMMA else color_tags.of_gamma(gamma)
    except (KeyError, ValueError, RuntimeError, ZeroDivisionError, struct.error):
        return None  # numbers that no color has, as if they were not there


def open_picture(file: BinaryIO, name: str, _page: int) -> Picture:
    """The first picture of a file."""
    return PngPicture(file, name)
