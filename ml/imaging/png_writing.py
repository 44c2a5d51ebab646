"""PNG of 16 bits a channel, which Pillow cannot write, with what is known of it."""

import struct
import zlib
from typing import BinaryIO

import cv2
import numpy as np

from .srgb import Pixels

HEADER_END = 33
"""Bytes up to the first chunk behind the header."""
METERS_AN_INCH = 0.0254
EFFORT = [cv2.IMWRITE_PNG_COMPRESSION, 3]


def write(
    file: BinaryIO,
    pixels: Pixels,
    alpha: Pixels | None,
    *,
    exif: bytes,
    xmp: bytes,
    dpi: tuple[float, float] | None,
) -> None:
    """Write uint16 H,W,3 or H,W, and alpha of the same depth."""
    if pixels.ndim == 3:
        pixels = pixels[..., ::-1] if alpha is None else np.dstack([pixels[..., ::-1], alpha])
    plain = cv2.imencode(".png", pixels, EFFORT)[1].data
    file.write(plain[:HEADER_END])
    if dpi:
        across, down = (round(number / METERS_AN_INCH) for number in dpi)
        file.write(_chunk(b"pHYs", struct.pack(">IIB", across, down, 1)))
    if exif:
        file.write(_chunk(b"eXIf", exif.removeprefix(b"Exif\0\0")))
    if xmp:
        file.write(_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp))
    file.write(plain[HEADER_END:])


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
