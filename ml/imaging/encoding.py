"""Pixels into files: JPEG by OpenCV, which is quicker and takes no copy, TIFF by tifffile, PNG of
16 bits by OpenCV, the others by Pillow.
"""

import struct
from typing import Any, BinaryIO

import cv2
import numpy as np
from PIL import Image, PngImagePlugin

from . import png_writing
from .pixels import on_white
from .resolution import ACROSS, DOWN, INCH, UNIT
from .srgb import Pixels, strips

DEEP = ("png", "tiff")
"""Formats that hold 16 bits a channel."""
APP1, APP13 = b"\xff\xe1", b"\xff\xed"
_XMP_IN_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
_DENSITY = slice(13, 18)
"""Where a JPEG's first segment has its resolution: unit, across and down."""

Dpi = tuple[float, float]


def encode(
    file: BinaryIO,
    pixels: Pixels,
    alpha: Pixels | None,
    format_: str,
    *,
    quality: int,
    exif: bytes,
    xmp: bytes,
    iptc: bytes = b"",
    dpi: Dpi | None,
) -> None:
    """Write sRGB H,W,3 or gray H,W with its metadata; see ``photos.write``."""
    deep = pixels.dtype == np.uint16
    if deep and format_ not in DEEP:
        raise ValueError(f"{format_} holds 8 bits a channel")
    if deep and alpha is not None:
        alpha = alpha * np.uint16(257)
    if format_ == "jpeg":
        if alpha is not None:
            pixels = on_white(pixels if pixels.ndim == 3 else pixels[..., None], alpha)
        jpeg = _encode_jpeg(pixels, quality)
        # The segments belong behind the first one, which says that this is JFIF.
        start = 4 + int.from_bytes(jpeg[4:6], "big")
        file.write(_with_density(jpeg[:start], dpi))
        file.write(_segment(exif) + _segment(xmp and _XMP_IN_JPEG + xmp))
        file.write(_segment(iptc, APP13))
        file.write(jpeg[start:])
        return
    if format_ == "tiff":
        from . import tiff_writing  # noqa: PLC0415 (training machines lack tifffile)

        tags = Image.Exif()
        tags.load(exif)
        tiff_writing.write(file, pixels, alpha, exif=tags, xmp=xmp, dpi=dpi)
        return
    if deep:
        png_writing.write(file, pixels, alpha, exif=exif, xmp=xmp, dpi=dpi)
        return
    image = Image.fromarray(pixels)
    if alpha is not None:
        image.putalpha(Image.fromarray(alpha))
    # Slower settings take thrice the time for files as large.
    effort: dict[str, dict[str, Any]] = {
        "png": {"compress_level": 3},
        "webp": {"quality": quality, "method": 2},
        "avif": {"quality": quality, "subsampling": "4:4:4", "speed": 8},
    }
    image.save(file, format_.upper(), **effort[format_], **_words(format_, exif, xmp, dpi))


def _words(format_: str, exif: bytes, xmp: bytes, dpi: Dpi | None) -> dict[str, Any]:
    """Pillow's options for a file's metadata."""
    if format_ != "png":
        exif = _with_resolution(exif, dpi)
    options: dict[str, Any] = {"exif": exif} if exif else {}
    if format_ == "png":
        text = PngImagePlugin.PngInfo()
        if xmp:
            text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        return options | {"pnginfo": text} | ({"dpi": dpi} if dpi else {})
    return options | ({"xmp": xmp} if xmp else {})


def _with_density(head: memoryview, dpi: Dpi | None) -> bytes:
    """A JPEG's beginning with its resolution."""
    found = bytearray(head)
    if dpi:
        found[_DENSITY] = struct.pack(">BHH", 1, *(min(round(number), 65535) for number in dpi))
    return bytes(found)


def _with_resolution(exif: bytes, dpi: Dpi | None) -> bytes:
    """EXIF with the resolution, for formats that have no other place for it."""
    if not dpi:
        return exif
    tags = Image.Exif()
    tags.load(exif)
    for tag, value in tags.items():
        if isinstance(value, str):  # Pillow reads Latin-1 and writes ASCII
            tags[tag] = value.encode("latin-1", "replace")
    tags[ACROSS], tags[DOWN], tags[UNIT] = *dpi, INCH
    return tags.tobytes()


def _segment(content: bytes, kind: bytes = APP1) -> bytes:
    """A JPEG's segment; nothing for nothing."""
    return kind + (2 + len(content)).to_bytes(2, "big") + content if content else b""


def _encode_jpeg(pixels: Pixels, quality: int) -> memoryview:
    """OpenCV wants BGR: the channels change places and back, strip by strip, without a copy."""
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    if pixels.ndim == 2:
        return cv2.imencode(".jpg", pixels, options)[1].data
    if not (pixels.flags.writeable and pixels.flags.c_contiguous):
        pixels = pixels.copy()
    _swap_red_and_blue(pixels)
    try:
        return cv2.imencode(".jpg", pixels, options)[1].data
    finally:
        _swap_red_and_blue(pixels)


def _swap_red_and_blue(pixels: Pixels) -> None:
    for rows in strips(*pixels.shape[:2]):
        cv2.cvtColor(pixels[rows], cv2.COLOR_RGB2BGR, dst=pixels[rows])
