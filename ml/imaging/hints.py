"""Hints: places of a photo whose color somebody knows.

A place is in fractions of the photo's width and height, held upright as it came; a color in Lab's
a and b, as it is seen at vividness 1.
"""

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import cv2
import numpy as np

MAX_HINTS = 64
RADIUS_SIDE = 256
"""Short side of the frame that a hint's radius is measured in, in pixels."""
MAX_AB = 110.0
"""a and b go from minus this to this: sRGB's colors lie within."""
RADIUS, MAX_RADIUS = 3.0, 64.0
"""Pixels of a frame of 256; the usual one, and the largest."""
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_FIELDS = {"x", "y", "a", "b", "color", "radius"}


class HintError(ValueError):
    """A hint that cannot be used: `index` says which; the text says why, for programmers."""

    def __init__(self, index: int, why: str) -> None:
        super().__init__(why)
        self.index = index


class Hint(NamedTuple):
    """A color at a point of a photo."""

    x: float  # 0..1 of the photo's width
    y: float  # 0..1 of its height
    a: float  # Lab units as seen at vividness 1, -110..110
    b: float
    radius: float = RADIUS  # pixels of a frame whose short side is ``RADIUS_SIDE``; above 0

    @property
    def json(self) -> dict[str, float]:
        """What `read` takes."""
        return self._asdict()


def read(values: Any) -> list[Hint]:
    """Hints of `[{x, y, a, b, radius}]`; `color: "#rrggbb"` may stand for a and b, its lightness is
    dropped. Raises HintError.
    """
    if not isinstance(values, list):
        raise HintError(0, "Send an array of hints.")
    if len(values) > MAX_HINTS:
        raise HintError(MAX_HINTS, f"A photo has at most {MAX_HINTS} hints.")
    return [_read(index, value) for index, value in enumerate(values)]


def _read(index: int, value: Any) -> Hint:
    if not isinstance(value, Mapping) or not set(value) <= _FIELDS:
        raise HintError(index, "A hint is an object with x, y, a, b (or color) and radius.")
    if "color" in value:
        if "a" in value or "b" in value:
            raise HintError(index, "Send either color, or a and b.")
        color = value["color"]
        if not isinstance(color, str) or not _HEX.fullmatch(color):
            raise HintError(index, "color is written as #rrggbb.")
        a, b = ab_of(color)
    else:
        a = _number(index, value, "a", -MAX_AB, MAX_AB)
        b = _number(index, value, "b", -MAX_AB, MAX_AB)
    return Hint(
        x=_number(index, value, "x", 0, 1),
        y=_number(index, value, "y", 0, 1),
        a=a,
        b=b,
        radius=_number(index, {"radius": RADIUS, **value}, "radius", 0.5, MAX_RADIUS),
    )


def _number(index: int, value: Mapping[str, Any], name: str, low: float, high: float) -> float:
    number = value.get(name)
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise HintError(index, f"{name} is a number.")
    if not low <= number <= high:
        raise HintError(index, f"{name} goes from {low:g} to {high:g}.")
    return round(float(number), 5)


def ab_of(color: str) -> tuple[float, float]:
    """a and b of `#rrggbb`."""
    rgb = np.array([[[int(color[i : i + 2], 16) for i in (1, 3, 5)]]], np.float32) / 255
    _, a, b = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0, 0]
    return round(float(a), 2), round(float(b), 2)
