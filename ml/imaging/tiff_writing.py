"""TIFF of 8 and 16 bits a channel, with what is known of resolution, camera and colors."""

import struct
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, TiffImagePlugin
from tifffile import TiffFile, imwrite

from .resolution import INCH
from .srgb import Pixels

XMP, EXIF_IFD = 700, 0x8769
STAND_IN = EXIF_IFD - 1
"""tifffile writes no tag that leads to another directory."""
BYTE, ASCII, LONG = 1, 2, 4  # types of tags


def write(
    file: BinaryIO,
    pixels: Pixels,
    alpha: Pixels | None,
    *,
    exif: Image.Exif,
    xmp: bytes,
    dpi: tuple[float, float] | None,
) -> None:
    """Write uint8 or uint16 H,W,3 or H,W, and alpha of the same depth, by Deflate."""
    shot = exif.get_ifd(EXIF_IFD) if EXIF_IFD in exif else {}
    tags: list[tuple[Any, ...]] = [
        (tag, ASCII, 0, _text(value), True) for tag, value in exif.items() if tag != EXIF_IFD
    ]
    if xmp:
        tags.append((XMP, BYTE, len(xmp), xmp, True))
    if shot:
        tags.append((STAND_IN, LONG, 1, 0, True))
    if alpha is not None:
        pixels = np.dstack([pixels, alpha])
    start = file.tell()
    resolution: dict[str, Any] = {"resolution": dpi, "resolutionunit": INCH} if dpi else {}
    imwrite(
        file,
        pixels,
        byteorder="<",
        photometric="minisblack" if pixels.ndim == 2 else "rgb",
        extrasamples=None if alpha is None else ["unassalpha"],
        compression="adobe_deflate",
        predictor=True,
        metadata=None,
        software=False,
        extratags=tags,
        **resolution,
    )
    if shot:
        _append(file, start, shot)


def _append(file: BinaryIO, start: int, shot: dict[int, Any]) -> None:
    """Write what a camera records of a shot behind the picture, and lead there."""
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=b"II")
    directory.update(shot)
    end = file.seek(0, 2)
    end += end % 2
    file.seek(end)
    file.write(directory.tobytes(end - start))
    file.seek(start)
    with TiffFile(file) as tiff:
        tag = tiff.pages.first.tags[STAND_IN]
        tag.overwrite(end - start)
        file.seek(start + tag.offset)
        file.write(struct.pack("<H", EXIF_IFD))
    file.seek(0, 2)


def _text(value: Any) -> bytes:
    """What Pillow reads as Latin-1 goes as the bytes it was."""
    return value if isinstance(value, bytes) else str(value).encode("latin-1", "replace")
