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

from ml.datasets.copies import Looks
from ml.datasets.errors import Unreadable
from ml.imaging import photos
from ml.imaging.formats import by_pillow

MIN_SIDE = 32  # pixels; as in the engine
MIN_CHROMA = 3.0  # mean of sqrt(a^2 + b^2) under which a photo counts as black and white
MIN_TONE, OF_CHROMA = 1.3, 0.1
"""Under these together, the second times its chroma, a print is toned: what is left of its colors
once each lightness has lost its mean color. Grain and compression leave some, uneven tones more."""
MAX_LEFT = 8.0  # of that, in the most colorful hundredth: things with a color of their own
LEVELS = 32  # of lightness
TONE_SIDE = 48  # pixels of the short side that it is measured at
MAX_SIDE = 512  # pixels of the short side that a training could ever look at
THUMBNAIL = 96  # pixels

USABLE, BROKEN, GRAY, SMALL, DUPLICATE = "usable", "broken", "gray", "small", "duplicate"
TONED, EXCLUDED = "toned", "excluded"
PROBLEMS = (BROKEN, GRAY, TONED, SMALL, DUPLICATE)


@dataclass
class Entry:
    """One line of a data set's index."""

    name: str
    sha256: str = ""
    verdict: str = USABLE
    detail: str = ""  # why it is broken; of which photo it is a copy
    part: str = ""  # training or validation, for usable ones
    kind: str = ""  # of photo, as staff have tagged it
    width: int = 0  # pixels, of the photo as it came
    height: int = 0
    chroma: float = 0.0  # mean of sqrt(a^2 + b^2)
    tone: float = 0.0  # what of its color lightness alone does not tell, in the same units

    def line(self) -> dict[str, Any]:
        """The entry as JSON, without what is empty."""
        return {key: value for key, value in asdict(self).items() if value}


@dataclass
class CheckedPhoto:
    """An entry with what only the check itself needs."""

    entry: Entry
    looks: Looks | None = field(default=None, repr=False)  # by which copies are recognized
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
    entry.width, entry.height = photos.size(BytesIO(content), limits())
    entry.chroma, entry.tone, most = (round(value, 2) for value in chroma(rgb))
    if min(height, width) < MIN_SIDE:
        entry.verdict, entry.detail = SMALL, f"{width} × {height}"
    elif entry.chroma < MIN_CHROMA:
        entry.verdict = GRAY
    elif entry.tone < MIN_TONE + OF_CHROMA * entry.chroma and most < MAX_LEFT:
        entry.verdict = TONED
    return CheckedPhoto(entry, Looks.of(rgb), thumbnail(rgb))


def limits() -> photos.Limits:
    """Of photos to learn from; how narrow they are matters to nobody."""
    return photos.Limits(
        max_bytes=settings.DATASET_MAX_PHOTO,
        max_pixels=settings.UPLOAD_MAX_PIXELS,
        max_aspect=settings.UPLOAD_MAX_PIXELS,
    )


def chroma(rgb: np.ndarray) -> tuple[float, float, float]:
    """Mean of sqrt(a^2 + b^2); the same of what is left once each lightness has lost its mean
    color, which is nothing in a toned print of one ink; and the 99th percentile of that.
    """
    height, width = rgb.shape[:2]
    scale = TONE_SIDE / min(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)  # grain and JPEG have colors too
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    ab = lab[:, 1:].astype(np.float32) - 128
    level = lab[:, 0] // (256 // LEVELS)
    counts = np.bincount(level, minlength=LEVELS).clip(1)
    means = np.stack([np.bincount(level, ab[:, i], LEVELS) / counts for i in (0, 1)], -1)
    rest = ab - means[level]
    whole = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[..., 1:].astype(np.float32) - 128
    color = float(np.hypot(whole[..., 0], whole[..., 1]).mean())
    left = np.hypot(*rest.T)
    return color, float(left.mean()), float(np.percentile(left, 99))


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
