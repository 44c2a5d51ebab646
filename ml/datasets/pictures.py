"""One photo of a data set: whether it can be learned from, and its file for training."""

from dataclasses import asdict, dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

import cv2
import numpy as np
from django.conf import settings
from PIL import Image

from ml.datasets.errors import Unreadable
from ml.imaging import photos
from ml.imaging.formats import by_pillow

MIN_SIDE = 32  # pixels; as in the engine
MIN_CHROMA = 3.0  # mean of sqrt(a^2 + b^2) under which a photo counts as black and white
MAX_SIDE = 512  # pixels of the short side that a training could ever look at
THUMBNAIL = 96  # pixels

USABLE, BROKEN, GRAY, SMALL, DUPLICATE = "usable", "broken", "gray", "small", "duplicate"
PROBLEMS = (BROKEN, GRAY, SMALL, DUPLICATE)


@dataclass
class Entry:
    """One line of a data set's index."""

    name: str
    sha256: str = ""
    verdict: str = USABLE
    detail: str = ""  # why it is broken; of which photo it is a copy
    part: str = ""  # training or validation, for usable ones

    def line(self) -> dict[str, Any]:
        """The entry as JSON, without what is empty."""
        return {key: value for key, value in asdict(self).items() if value}


@dataclass
class CheckedPhoto:
    """An entry with what only the check itself needs."""

    entry: Entry
    hash: int = 0  # perceptual, of 64 bits
    thumbnail: np.ndarray | None = field(default=None, repr=False)  # uint8 96,96,3


def check_photo(name: str, content: bytes | Unreadable) -> CheckedPhoto:
    """Whether a photo can be learned from; never raises for anything in the photo."""
    if isinstance(content, Unreadable):
        return CheckedPhoto(Entry(name, verdict=BROKEN, detail=str(content)[:200]))
    entry = Entry(name, sha256(content).hexdigest())
    try:
        rgb = photos.reduce(BytesIO(content), 2 * THUMBNAIL, limits())
    except photos.PhotoError as error:
        entry.verdict, entry.detail = BROKEN, error.message[:200]
        return CheckedPhoto(entry)
    height, width = rgb.shape[:2]
    if min(height, width) < MIN_SIDE:
        entry.verdict, entry.detail = SMALL, f"{width} × {height}"
    elif chroma(rgb) < MIN_CHROMA:
        entry.verdict = GRAY
    return CheckedPhoto(entry, difference_hash(rgb), thumbnail(rgb))


def limits() -> photos.Limits:
    """Of photos to learn from; how narrow they are matters to nobody."""
    return photos.Limits(
        max_bytes=settings.DATASET_MAX_PHOTO,
        max_pixels=settings.UPLOAD_MAX_PIXELS,
        max_aspect=settings.UPLOAD_MAX_PIXELS,
    )


def chroma(rgb: np.ndarray) -> float:
    """Mean of sqrt(a^2 + b^2)."""
    ab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[:, :, 1:].astype(np.float32) - 128
    return float(np.hypot(ab[..., 0], ab[..., 1]).mean())


def difference_hash(rgb: np.ndarray) -> int:
    """64 bits that copies of a photo share, whatever their size and compression (Krawetz 2013)."""
    small = cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (9, 8), interpolation=cv2.INTER_AREA)
    return int.from_bytes(np.packbits(small[:, 1:] > small[:, :-1]).tobytes(), "big")


def thumbnail(rgb: np.ndarray) -> np.ndarray:
    """The middle of a photo, uint8 96,96,3."""
    side = min(rgb.shape[:2])
    top, left = (rgb.shape[0] - side) // 2, (rgb.shape[1] - side) // 2
    middle = rgb[top : top + side, left : left + side]
    return cv2.resize(middle, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)


def for_training(name: str, content: bytes) -> bytes:
    """The photo as the engine reads it: itself, or a JPEG where it is large or slow to read."""
    file = BytesIO(content)
    is_quick = PurePosixPath(name).suffix.lower() in photos.SUFFIXES and by_pillow(content)
    if is_quick and min(photos.size(file, limits())) <= MAX_SIDE:
        return content
    rgb = photos.reduce(file, MAX_SIDE, limits())
    buffer = BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=95, subsampling="4:4:4")
    return buffer.getvalue()


class NearDuplicates:
    """Photos seen so far by their perceptual hash: finds the one that another is a copy of.

    Hashes that differ in at most three of 64 bits agree in one of four 16-bit parts.
    """

    DISTANCE = 3

    def __init__(self) -> None:
        self.parts: dict[tuple[int, int], list[tuple[int, str]]] = {}

    def first(self, hash_: int, name: str) -> str | None:
        """The name of the photo that this one is a copy of; None makes it the first of its kind."""
        keys = [(place, hash_ >> 16 * place & 0xFFFF) for place in range(4)]
        for key in keys:
            for other, known in self.parts.get(key, ()):
                if (other ^ hash_).bit_count() <= self.DISTANCE:
                    return known
        for key in keys:
            self.parts.setdefault(key, []).append((hash_, name))
        return None
