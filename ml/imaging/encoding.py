"""Pixels into files: JPEG by OpenCV, which is quicker and takes no copy, the others by Pillow."""

from typing import Any, BinaryIO

import cv2
from PIL import Image, PngImagePlugin

from .pixels import on_white
from .srgb import Pixels, strips

_XMP_IN_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_IN_TIFF = 700


def encode(
    file: BinaryIO,
    pixels: Pixels,
    alpha: Pixels | None,
    format_: str,
    *,
    quality: int,
    exif: bytes,
    xmp: bytes,
) -> None:
    """Write sRGB H,W,3 or gray H,W with its metadata; see ``photos.write``."""
    if format_ == "jpeg":
        if alpha is not None:
            pixels = on_white(pixels if pixels.ndim == 3 else pixels[..., None], alpha)
        jpeg = _encode_jpeg(pixels, quality)
        # The segments belong behind the first one, which says that this is JFIF.
        start = 4 + int.from_bytes(jpeg[4:6], "big")
        file.write(jpeg[:start])
        file.write(_segment(exif) + _segment(xmp and _XMP_IN_JPEG + xmp))
        file.write(jpeg[start:])
        return
    image = Image.fromarray(pixels)
    if alpha is not None:
        image.putalpha(Image.fromarray(alpha))
    # Slower settings take thrice the time for files as large.
    effort: dict[str, dict[str, Any]] = {
        "png": {"compress_level": 3},
        "webp": {"quality": quality, "method": 2},
        # libtiff, which compresses, cannot write what a camera records of a shot.
        "tiff": {"compression": "raw" if exif else "tiff_adobe_deflate"},
        "avif": {"quality": quality, "subsampling": "4:4:4", "speed": 8},
    }
    image.save(file, format_.upper(), **effort[format_], **_words(format_, exif, xmp))


def _words(format_: str, exif: bytes, xmp: bytes) -> dict[str, Any]:
    """Pillow's options for a file's metadata."""
    if format_ == "tiff":
        tags = Image.Exif()
        tags.load(exif)
        for tag, value in tags.items():
            if isinstance(value, str):  # Pillow reads Latin-1 and writes ASCII
                tags[tag] = value.encode("latin-1")
        if xmp:
            tags[_XMP_IN_TIFF] = xmp
        return {"exif": tags}
    options: dict[str, Any] = {"exif": exif} if exif else {}
    if xmp and format_ == "png":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        return options | {"pnginfo": text}
    return options | ({"xmp": xmp} if xmp else {})


def _segment(content: bytes) -> bytes:
    """A JPEG's APP1 segment; nothing for nothing."""
    return b"\xff\xe1" + (2 + len(content)).to_bytes(2, "big") + content if content else b""


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
