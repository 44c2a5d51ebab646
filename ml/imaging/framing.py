"""Frames: every photo becomes one of a few shapes, so that photos can share a batch.

A photo is scaled until its short side is ``size`` (its long side at most three times that), then
extended at its borders by reflection to the next shape of the list. Its place in the frame lies on
a grid of 4 pixels, so that it can be cut back out of a prediction at a quarter of the size exactly.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
from numpy.typing import NDArray

from . import srgb

RATIOS = [Fraction(r) for r in ("1", "5/4", "4/3", "3/2", "16/9", "2", "3")]
"""Long side to short side, of the shapes there are: those of cameras, and what lies between."""

GRID = 4
STRIDE = 32
"""Sides of frames are multiples of this, which suits every network here."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where the photo lies in its frame, in pixels of the frame; multiples of ``GRID``."""

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A photo ready for the network: L* 0..100 as float32 h,w, and where the photo lies in it."""

    lightness: NDArray[Any]
    box: Box

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width; frames of one shape can share a batch."""
        height, width = self.lightness.shape
        return height, width

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place in 0..1 of the photo as x, y in 0..1 of the frame."""
        height, width = self.shape
        box = self.box
        return (box.left + x * box.width) / width, (box.top + y * box.height) / height


def frame_shapes(size: int = 256) -> list[tuple[int, int]]:
    """Every (height, width) that frames of this size come in."""
    short = _up(size, STRIDE)
    sides = sorted({_up(round(short * ratio), STRIDE) for ratio in RATIOS})
    return [(short, s) for s in sides] + [(s, short) for s in sides if s != short]


def frame_shape(width: int, height: int, size: int = 256) -> tuple[int, int]:
    """The (height, width) of the frame of a photo of ``width`` x ``height`` pixels."""
    box_height, box_width = _scaled(width, height, size)
    return min(
        (shape for shape in frame_shapes(size)
         if shape[0] >= box_height and shape[1] >= box_width),
        key=lambda shape: shape[0] * shape[1],
    )  # fmt: skip


def frame(rgb: srgb.Pixels, size: int = 256) -> Frame:
    """Scale a photo H,W,3 to its frame, take its lightness, and extend it there."""
    full_height, full_width = rgb.shape[:2]
    height, width = _scaled(full_width, full_height, size)
    shape = frame_shape(full_width, full_height, size)
    small = _resized(rgb, height, width)
    top = _down((shape[0] - height) // 2, GRID)
    left = _down((shape[1] - width) // 2, GRID)
    extended = cv2.copyMakeBorder(
        srgb.lightness(small),
        top,
        shape[0] - height - top,
        left,
        shape[1] - width - left,
        cv2.BORDER_REFLECT_101,
    )
    return Frame(extended, Box(top, left, height, width))


def unframe(planes: NDArray[Any], frame: Frame) -> NDArray[Any]:
    """Cut the photo's own part out of a network's answer for its frame.

    ``planes`` is h,w or h,w,C at the frame's size, or at a half or a quarter of it.
    """
    scale = frame.shape[0] // planes.shape[0]
    box = frame.box
    return planes[
        box.top // scale : (box.top + box.height) // scale,
        box.left // scale : (box.left + box.width) // scale,
    ]


def _scaled(width: int, height: int, size: int) -> tuple[int, int]:
    """Height and width of the photo inside its frame."""
    short_side = _up(size, STRIDE)
    long_side = _up(short_side * int(RATIOS[-1]), STRIDE)
    scale = min(short_side / min(width, height), long_side / max(width, height))
    return max(GRID, round(height * scale / GRID) * GRID), max(
        GRID, round(width * scale / GRID) * GRID
    )


def _resized(rgb: srgb.Pixels, height: int, width: int) -> srgb.Pixels:
    if height * width > rgb.shape[0] * rgb.shape[1]:  # as in training: crisper than linear
        return cv2.resize(rgb, (width, height), interpolation=cv2.INTER_CUBIC)
    full_height, full_width = rgb.shape[:2]
    if full_height >= 4 * height and full_height % 2 == 0 and full_width % 2 == 0:
        # The mean of a mean is the mean, and OpenCV halves in a third of the time.
        rgb = cv2.resize(rgb, (full_width // 2, full_height // 2), interpolation=cv2.INTER_AREA)
    return cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)


def _up(value: int, step: int) -> int:
    return -(-value // step) * step


def _down(value: int, step: int) -> int:
    return value // step * step
