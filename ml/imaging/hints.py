"""Hints: colors that somebody wants at points of a photo."""

from typing import NamedTuple

MAX_HINTS = 64
RADIUS_SIDE = 256
"""Short side of the frame that a hint's radius is measured in, in pixels."""


class Hint(NamedTuple):
    """A color at a point of a photo."""

    x: float  # 0..1 of the photo's width
    y: float  # 0..1 of its height
    a: float  # Lab units as seen at vividness 1, -110..110
    b: float
    radius: float = 3.0  # pixels of a frame whose short side is ``RADIUS_SIDE``; above 0
