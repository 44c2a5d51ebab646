"""Photo files in, photo files out: what people upload, made into plain sRGB pixels and back.

A file that cannot be colored raises PhotoError with a stable code.
"""

import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image

from . import opening, tones
from .encoding import encode
from .opening import DEFAULT_LIMITS, Limits
from .photo_errors import ERRORS, NOTES, PhotoError
from .pixels import QUARTER_TURNS, Profile, has_color, on_white, shrunk, turned, whole
from .srgb import Pixels, gray

__all__ = [
    "DEFAULT_LIMITS",
    "ERRORS",
    "NOTES",
    "Inspection",
    "Limits",
    "Photo",
    "PhotoError",
    "gray",
    "inspect",
    "on_white",
    "preview",
    "read",
    "write",
]

MIME = {"jpeg": "image/jpeg", "heic": "image/heic"}

PREVIEW_SIDE = 1600
"""Previews up to this long side come from an inspection without decoding again."""

MAX_SIDE = {
    "jpeg": 65_500,
    "png": 2**31 - 1,
    "webp": 16_383,
    "tiff": 2**31 - 1,
    "avif": 65_536,
}
"""What can be written, and the formats' own limits."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file was found to hold; width and height are those of the photo the right way up."""

    format: str  # jpeg, png, webp, tiff, bmp, gif, avif, heic
    mime: str
    width: int
    height: int
    has_color: bool
    has_alpha: bool
    notes: list[str]  # keys of NOTES
    _small: Pixels = field(repr=False)

    def preview(self, max_side: int) -> Image.Image:
        """The photo in neutral gray, its long side at most ``max_side`` (and PREVIEW_SIDE)."""
        return Image.fromarray(gray(preview(self._small, min(max_side, PREVIEW_SIDE))))

    @property
    def tone_range(self) -> tuple[float, float]:
        """The 1st and 99th percentile of its L*."""
        return tones.measure(self._small)

    def original(self, max_side: int) -> Image.Image:
        """The photo as it came, sRGB, no larger than ``preview``."""
        return Image.fromarray(preview(self._small, min(max_side, PREVIEW_SIDE)))


@dataclass(slots=True)
class Photo:
    """A whole photo: sRGB as uint8 H,W,3, its alpha as uint8 H,W or None where it is opaque."""

    rgb: Pixels
    alpha: Pixels | None
    format: str


def inspect(source: Path | str | BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Inspection:
    """Decode a file to its end, as small as its format allows, and report what it holds.

    Raises PhotoError.
    """
    with opening.opened(source, limits) as (image, _):
        notes = opening.notes(image)
        profile = Profile(image)
        full = image.size
        if _is_plain_jpeg(image):
            scale = min(1.0, PREVIEW_SIDE / max(full))
            image.draft(None, (round(full[0] * scale), round(full[1] * scale)))
            opening.load(image)
        else:
            opening.load(image)
            full = image.size
        rgb, alpha = shrunk(image, profile, PREVIEW_SIDE)
        orientation = opening.orientation(image)
        if alpha is not None:
            rgb = on_white(rgb, alpha)
        if orientation in QUARTER_TURNS:
            full = full[1], full[0]
        name = opening.format_name(image)
        return Inspection(
            format=name,
            mime=MIME.get(name) or Image.MIME[image.format or ""],
            width=full[0],
            height=full[1],
            has_color=has_color(rgb),
            has_alpha=alpha is not None,
            notes=notes + profile.notes,
            _small=turned(rgb, orientation),
        )


def read(source: Path | str | BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Photo:
    """The first picture of a file as sRGB, the right way up. Raises PhotoError.

    While it is decoded a JPEG takes its bytes and 6 bytes a pixel (OpenCV copies once), other
    formats 7; 3 stay, or 4 with alpha.
    """
    with opening.opened(source, limits) as (image, file):
        profile = Profile(image)
        rgb = _decode_jpeg(file) if _is_plain_jpeg(image) else None
        alpha = None
        if rgb is not None:
            profile.apply(rgb)
        else:
            opening.load(image)
            rgb, alpha = whole(image, profile)
        orientation = opening.orientation(image)
        return Photo(
            rgb=turned(rgb, orientation),
            alpha=None if alpha is None else turned(alpha, orientation),
            format=opening.format_name(image),
        )


def write(
    target: Path | str | BinaryIO,
    pixels: Pixels,
    *,
    alpha: Pixels | None = None,
    format: str = "jpeg",  # noqa: A002 (Pillow's name for it)
    quality: int = 92,
    exif: bytes = b"",
    xmp: bytes = b"",
) -> None:
    """Encode sRGB H,W,3 or gray H,W as ``jpeg`` (4:4:4), ``png``, ``webp``, ``tiff`` or ``avif``.

    A path gets the whole file at once or is left as it was. JPEG knows no alpha: transparent
    places become white. ``exif`` begins with ``Exif\\0\\0`` and fits 64 kB, as ``xmp`` does. Raises
    PhotoError where the format cannot hold so large a photo.
    """
    if max(pixels.shape) > MAX_SIDE[format]:
        raise PhotoError("too_large_for_format", format=format.upper(), limit=MAX_SIDE[format])
    if not isinstance(target, Path | str):
        encode(target, pixels, alpha, format, quality=quality, exif=exif, xmp=xmp)
        return
    path = Path(target)
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            encode(file, pixels, alpha, format, quality=quality, exif=exif, xmp=xmp)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def preview(pixels: Pixels, max_side: int) -> Pixels:
    """The same picture with its long side at most ``max_side``; a small one comes back as it is."""
    height, width = pixels.shape[:2]
    scale = max_side / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _is_plain_jpeg(image: Image.Image) -> bool:
    return image.format in {"JPEG", "MPO"} and image.mode in {"L", "RGB"}


def _decode_jpeg(file: BinaryIO) -> Pixels | None:
    """Pixels straight into 3 bytes each, the same as Pillow's; None where the file is broken."""
    file.seek(0)
    data = np.frombuffer(file.read(), np.uint8)
    try:
        return cv2.imdecode(data, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
