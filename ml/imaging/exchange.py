"""What the process that decodes is asked and answers, and how that travels.

Pixels lie in memory that both processes see; everything else is JSON, so that nothing a broken
decoder sends can do more than be wrong.
"""

import fcntl
import math
import mmap
import os
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import cv2
import numpy as np
from PIL import Image

from .notes import Note
from .srgb import Pixels, gray

PREVIEW_SIDE = 1600
"""Previews up to this long side come from an inspection without decoding again."""

READY = b"ready"
MAX_MESSAGE = 160_000
"""Bytes of one message: EXIF of 64 kB in hexadecimal, and the rest."""
MAX_ARRAYS = 4
SECONDS, SECONDS_A_MEGAPIXEL = 5, 0.25
"""Processor time that decoding may take: several times what the slowest format does."""

T = TypeVar("T")


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

    format: str  # a name of `formats.FORMATS`
    mime: str
    width: int
    height: int
    has_color: bool
    toned: bool  # of one color, such as sepia
    has_alpha: bool
    depth: int  # bits a channel, 8 or 16
    pages: int
    notes: list[Note]
    tone_range: list[float]  # the 1st and 99th percentile of its L*
    small: Pixels = field(repr=False)  # sRGB H,W,3, on white, its long side at least PREVIEW_SIDE

    def preview(self, max_side: int) -> Image.Image:
        """The photo in neutral gray, its long side at most ``max_side`` (and PREVIEW_SIDE)."""
        return Image.fromarray(gray(preview(self.small, min(max_side, PREVIEW_SIDE))))

    def original(self, max_side: int) -> Image.Image:
        """The photo as it came, sRGB, no larger than ``preview``."""
        return Image.fromarray(preview(self.small, min(max_side, PREVIEW_SIDE)))


@dataclass(slots=True)
class Photo:
    """A whole photo: sRGB as uint8 H,W,3, or uint16 if it was asked for and the file has it.

    Its alpha is uint8 H,W, None where it is opaque.
    """

    rgb: Pixels
    alpha: Pixels | None
    format: str
    exif: bytes = b""  # what may stay of the file's EXIF
    dpi: tuple[float, float] | None = None  # across and down

    def __post_init__(self) -> None:
        if self.dpi:  # JSON knows no tuples
            self.dpi = self.dpi[0], self.dpi[1]


@dataclass(slots=True)
class Reduced:
    """A photo for training: sRGB as uint8 H,W,3."""

    rgb: Pixels


@dataclass(slots=True)
class Size:
    """What a file's header says, in pixels; nothing was decoded."""

    width: int
    height: int
    pages: int


def preview(pixels: Pixels, max_side: int) -> Pixels:
    """The same picture with its long side at most ``max_side``; a small one comes back as it is."""
    height, width = pixels.shape[:2]
    scale = max_side / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def pack(found: Any) -> tuple[dict[str, Any], list[int]]:
    """A dataclass of this module as JSON, and descriptors of the memory that holds its arrays."""
    values: dict[str, Any] = {}
    memory: list[int] = []
    for each in fields(found):
        value = getattr(found, each.name)
        match value:
            case np.ndarray():
                memory.append(_shared(value))
                value = {"shape": value.shape, "dtype": value.dtype.str}
            case bytes():
                value = {"hex": value.hex()}
        values[each.name] = value
    return values, memory


def unpack(kind: type[T], values: dict[str, Any], memory: list[int]) -> T:
    """What `pack` was given; its arrays are the shared memory itself. Takes the descriptors over.

    Raises ValueError, OSError if they do not fit.
    """
    left = iter(memory)
    try:
        for name, value in values.items():
            match value:
                case {"shape": shape, "dtype": dtype}:
                    values[name] = _mapped(next(left), shape, np.dtype(dtype))
                case {"hex": text}:
                    values[name] = bytes.fromhex(text)
        return kind(**values)
    finally:
        for descriptor in memory:
            os.close(descriptor)


def _shared(pixels: np.ndarray) -> int:
    """New memory with these pixels, as a descriptor that another process can map."""
    descriptor = os.memfd_create("pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    left = np.ascontiguousarray(pixels).data.cast("B")
    while left:
        left = left[os.write(descriptor, left) :]
    return descriptor


def _mapped(descriptor: int, shape: list[int], dtype: np.dtype) -> np.ndarray:
    # Memory that shrank under us would end this process.
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    size = math.prod(shape) * dtype.itemsize
    memory = mmap.mmap(descriptor, size, mmap.MAP_SHARED | mmap.MAP_POPULATE)
    return np.frombuffer(memory, dtype).reshape(shape)
