"""Photo files opened: which formats there are, and what is checked before anything is decoded.

The format is recognized by content, from a short list; size limits are checked on the header.
"""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from . import structure
from .exchange import Limits
from .photo_errors import PhotoError, unidentified

try:
    from pillow_heif import register_heif_opener
except ImportError:  # HEIC then counts as an unsupported format
    _HEIF: list[str] = []
else:
    register_heif_opener()
    _HEIF = ["HEIF"]

FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", *_HEIF]
"""Pillow's names of what may be opened; every other decoder stays shut."""
NAMES = {"MPO": "jpeg", "HEIF": "heic"}  # MPO: a JPEG with a second picture behind it

_ORIENTATION = 0x0112  # EXIF
_SUBFILE, _REDUCED, _DNG_VERSION = 254, 1, 50706  # TIFF tags

Image.init()  # Pillow meets most formats only now; naming one before is an error
# Pillow only warns between its limit and twice that; too large is too large.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose header was read and is within the limits."""

    image: Image.Image
    file: BinaryIO
    scans: int

    @property
    def work(self) -> int:
        """What decoding takes, in pixels of a plain file; progressive ones have about ten scans."""
        return self.image.width * self.image.height * max(1, self.scans // 4)


@contextmanager
def opened(source: BinaryIO, limits: Limits) -> Iterator[Opened]:
    """A file on disk, opened as a picture. Raises PhotoError."""
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
    scans = structure.count_scans(source)
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
        opened = Opened(image, source, scans)
        if opened.work > structure.MAX_WORK:
            raise PhotoError("too_complex")
        yield opened


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


def load(image: Image.Image) -> None:
    """Decode to the last byte. Raises PhotoError."""
    try:
        image.load()
    except MemoryError:
        raise
    except Exception as error:  # decoders raise what they like on broken data
        early = isinstance(error, EOFError) or "truncated" in str(error)
        raise PhotoError("truncated" if early else "damaged") from error


def orientation(image: Image.Image) -> int:
    """EXIF orientation; broken EXIF counts as none."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 (EXIF comes broken in every way)
        return 1


def notes(image: Image.Image) -> list[str]:
    """What is left out of a file with several pictures: keys of `photo_errors.NOTES`."""
    try:
        several = bool(getattr(image, "is_animated", False))
    except Exception:  # noqa: BLE001 (the frame after the first may be broken in every way)
        several = False
    if not several or image.format == "MPO":
        return []
    return ["first_page" if image.format in {"TIFF", "HEIF"} else "first_frame"]


def format_name(image: Image.Image) -> str:
    """The format as jobs and API call it: `jpeg`, `png`, `heic` …"""
    return NAMES.get(image.format or "", (image.format or "").lower())
