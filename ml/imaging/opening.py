"""Photo files opened, and what is checked before anything is decoded: sizes, and the work ahead."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from . import structure
from .exchange import Limits
from .formats import Format, open_picture
from .photo_errors import PhotoError
from .readers.picture import Picture


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose header was read and is within the limits."""

    format: Format
    picture: Picture
    file: BinaryIO
    scans: int

    @property
    def pixels(self) -> int:
        return self.picture.width * self.picture.height

    @property
    def work(self) -> int:
        """What decoding takes, in pixels of a plain file; progressive ones have about ten scans."""
        return round(self.pixels * max(1, self.scans // 4) * self.picture.effort)


@contextmanager
def opened(source: BinaryIO, limits: Limits, page: int) -> Iterator[Opened]:
    """A page (from 1) of a file on disk, opened as a picture. Raises PhotoError."""
    size = source.seek(0, os.SEEK_END)
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
        kind, picture = open_picture(source, page)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(None, limits) from error
    except (PhotoError, MemoryError):
        raise
    except Exception as error:  # decoders raise what they like on broken headers
        raise failure(source) from error
    _check(picture, limits)
    found = Opened(kind, picture, source, scans)
    if found.work > structure.MAX_WORK:
        raise PhotoError("too_complex")
    yield found


def failure(file: BinaryIO) -> PhotoError:
    """What is wrong with a file on disk whose decoder gave up."""
    return PhotoError("truncated" if structure.is_cut(file) else "damaged")


def _check(picture: Picture, limits: Limits) -> None:
    width, height = picture.width, picture.height
    if width * height > limits.max_pixels:
        raise _too_many_pixels(width * height, limits)
    if max(width, height) > limits.max_aspect * min(width, height):
        raise PhotoError("too_narrow", width=width, height=height, limit=limits.max_aspect)


def _too_many_pixels(pixels: int | None, limits: Limits) -> PhotoError:
    limit = round(limits.max_pixels / 1e6)
    megapixels = f"more than {2 * limit}" if pixels is None else round(pixels / 1e6)
    return PhotoError("too_many_pixels", megapixels=megapixels, limit=limit)
