"""Photo files in, photo files out: what people really upload, made into plain sRGB pixels.

The format is told by a file's content, from a short list; size limits are checked on the header,
before anything is decoded. Whatever cannot be colored raises PhotoError with a stable code.
"""

import os
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from .encoding import encode
from .photo_errors import ERRORS, NOTES, PhotoError, unidentified
from .pixels import QUARTER_TURNS, Profile, has_color, on_white, shrunk, turned, whole
from .srgb import Pixels, gray

try:
    from pillow_heif import register_heif_opener
except ImportError:  # HEIC then counts as an unsupported format
    _HEIF: list[str] = []
else:
    register_heif_opener()
    _HEIF = ["HEIF"]

__all__ = [
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

FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", *_HEIF]
"""Pillow's names of what may be opened; every other decoder stays shut."""
NAMES = {"MPO": "jpeg", "HEIF": "heic"}  # MPO: a JPEG with a second picture behind it
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

_ORIENTATION = 0x0112  # EXIF
_SUBFILE, _REDUCED, _DNG_VERSION = 254, 1, 50706  # TIFF tags

Image.init()  # Pillow meets most formats only now; naming one before is an error
# Pillow only warns between its limit and twice that; too large is too large.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file, the most pixels, and the most times a short side fits the long one."""

    max_bytes: int = 80_000_000
    max_pixels: int = 150_000_000
    max_aspect: int = 20


DEFAULT_LIMITS = Limits()


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
    """Decode a file to its end, as small as its format allows, and say what it holds.

    Raises PhotoError.
    """
    with _opened(source, limits) as (image, _):
        notes = _notes(image)
        profile = Profile(image)
        full = image.size
        if _is_plain_jpeg(image):
            scale = min(1.0, PREVIEW_SIDE / max(full))
            image.draft(None, (round(full[0] * scale), round(full[1] * scale)))
            _load(image)
        else:
            _load(image)
            full = image.size
        rgb, alpha = shrunk(image, profile, PREVIEW_SIDE)
        orientation = _orientation(image)
        if alpha is not None:
            rgb = on_white(rgb, alpha)
        if orientation in QUARTER_TURNS:
            full = full[1], full[0]
        name = _name(image)
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
    with _opened(source, limits) as (image, file):
        profile = Profile(image)
        rgb = _decode_jpeg(file) if _is_plain_jpeg(image) else None
        alpha = None
        if rgb is not None:
            profile.apply(rgb)
        else:
            _load(image)
            rgb, alpha = whole(image, profile)
        orientation = _orientation(image)
        return Photo(
            rgb=turned(rgb, orientation),
            alpha=None if alpha is None else turned(alpha, orientation),
            format=_name(image),
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


@contextmanager
def _opened(
    source: Path | str | BinaryIO, limits: Limits
) -> Iterator[tuple[Image.Image, BinaryIO]]:
    """The file behind a path or file object, its header read and within the limits."""
    if isinstance(source, Path | str):
        with Path(source).open("rb") as file, _opened(file, limits) as pair:
            yield pair
        return
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    if size == 0:
        raise PhotoError("empty_file")
    if size > limits.max_bytes:
        raise PhotoError(
            "too_many_bytes",
            megabytes=round(size / 1e6, 1),
            limit=round(limits.max_bytes / 1e6),
        )
    # Pillow's own check runs inside its decoders, on frames and tiles that we never see.
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    try:
        image = Image.open(source, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(None, limits) from error
    except UnidentifiedImageError as error:
        source.seek(0)
        raise unidentified(source.read(4096)) from error
    except MemoryError:
        raise
    except Exception as error:  # decoders raise what they like on broken headers
        raise PhotoError("damaged") from error
    with image:
        _check(image, limits)
        yield image, source


def _check(image: Image.Image, limits: Limits) -> None:
    width, height = image.size
    if width * height > limits.max_pixels:
        raise _too_many_pixels(width * height, limits)
    if max(width, height) > limits.max_aspect * min(width, height):
        raise PhotoError("too_narrow", width=width, height=height, limit=limits.max_aspect)
    if image.format == "TIFF":
        tags = image.tag_v2  # type: ignore[attr-defined]
        # Camera raw files are TIFFs that begin with a thumbnail.
        if _DNG_VERSION in tags or tags.get(_SUBFILE, 0) & _REDUCED:
            raise PhotoError("unsupported_format", kind="Camera raw")


def _too_many_pixels(pixels: int | None, limits: Limits) -> PhotoError:
    limit = round(limits.max_pixels / 1e6)
    megapixels = f"more than {2 * limit}" if pixels is None else round(pixels / 1e6)
    return PhotoError("too_many_pixels", megapixels=megapixels, limit=limit)


def _load(image: Image.Image) -> None:
    """Decode to the last byte. Raises PhotoError."""
    try:
        image.load()
    except MemoryError:
        raise
    except Exception as error:  # decoders raise what they like on broken data
        early = isinstance(error, EOFError) or "truncated" in str(error)
        raise PhotoError("truncated" if early else "damaged") from error


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


def _orientation(image: Image.Image) -> int:
    """EXIF orientation; broken EXIF counts as none."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 (EXIF comes broken in every way)
        return 1


def _notes(image: Image.Image) -> list[str]:
    try:
        several = bool(getattr(image, "is_animated", False))
    except Exception:  # noqa: BLE001 (the frame after the first may be broken in every way)
        several = False
    if not several or image.format == "MPO":
        return []
    return ["first_page" if image.format in {"TIFF", "HEIF"} else "first_frame"]


def _name(image: Image.Image) -> str:
    return NAMES.get(image.format or "", (image.format or "").lower())
