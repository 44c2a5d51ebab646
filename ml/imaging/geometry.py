"""How a scan is prepared: cut out by four corners, and turned by quarters.

Coordinates are fractions of the photo's width and height, held upright as it came.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .srgb import Pixels

TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
TURNED = {
    0: ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    90: ((0, -1, 1), (1, 0, 0), (0, 0, 1)),
    180: ((-1, 0, 1), (0, -1, 1), (0, 0, 1)),
    270: ((0, 1, 0), (-1, 0, 1), (0, 0, 1)),
}
"""Where fractions of a picture come to lie when it is turned."""
MIN_SIDE = 0.02
"""The shortest side of a cut-out, as a fraction of the photo: less is a slip of the hand."""
TILE = 4096
"""Pixels of a side that are cut out at once: OpenCV counts a picture's sides in 16 bits."""
Points = NDArray[Any]


class GeometryError(ValueError):
    """A geometry that no picture can be made of; the text says why, for programmers."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """`corners` become those of a rectangle: straightened, cropped, its perspective undone; then
    the picture is turned by `turn` degrees, clockwise.

    Corners go clockwise from the upper left one, before the turn; None: the whole photo.
    """

    turn: int = 0
    corners: tuple[tuple[float, float], ...] | None = None

    @property
    def json(self) -> dict[str, Any] | None:
        """What `read` takes; None where nothing changes."""
        if not self.turn and self.corners is None:
            return None
        corners = None if self.corners is None else [list(corner) for corner in self.corners]
        return {"turn": self.turn, "corners": corners}

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height, pixels, of what becomes of a photo of that size."""
        width, height = self._cut_size(width, height)
        return (height, width) if self.turn in (90, 270) else (width, height)

    def apply(self, pixels: Pixels) -> Pixels:
        """What becomes of a photo H,W,3 or H,W; the same array where nothing changes."""
        if self.corners is not None:
            pixels = self._cut(pixels)
        return cv2.rotate(pixels, TURNS[self.turn]) if self.turn else pixels

    def place(self, x: float, y: float, width: int, height: int) -> tuple[float, float]:
        """Where a place of a photo of that size comes to lie, 0..1; beyond that: cut off."""
        ((x, y),) = _mapped(self.fractions(width, height), [[x, y]])
        return round(float(x), 6), round(float(y), 6)

    def fractions(self, width: int, height: int) -> Points:
        """The projective map 3,3 of a photo's fractions to those of what becomes of it."""
        turn = np.array(TURNED[self.turn], np.float64)
        if self.corners is None:
            return turn
        across, down = self._cut_size(width, height)
        cut = self._matrix(width, height) @ np.diag((width, height, 1.0))
        return turn @ np.diag((1 / across, 1 / down, 1)) @ cut

    def _cut_size(self, width: int, height: int) -> tuple[int, int]:
        if self.corners is None:
            return width, height
        first, second, third, fourth = ((x * width, y * height) for x, y in self.corners)
        across = max(math.dist(first, second), math.dist(fourth, third))
        down = max(math.dist(first, fourth), math.dist(second, third))
        return max(1, round(across)), max(1, round(down))

    def _matrix(self, width: int, height: int) -> Points:
        """The projective map of the photo's pixels to the cut-out's, edges at whole numbers."""
        across, down = self._cut_size(width, height)
        there = [(x * width, y * height) for x, y in self.corners or ()]
        box = [(0, 0), (across, 0), (across, down), (0, down)]
        return cv2.getPerspectiveTransform(np.array(there, np.float32), np.array(box, np.float32))

    def _cut(self, pixels: Pixels) -> Pixels:
        """Bicubic, in tiles, each from its own part of the photo."""
        height, width = pixels.shape[:2]
        across, down = self._cut_size(width, height)
        back = np.linalg.inv(self._matrix(width, height))
        out = np.empty((down, across, *pixels.shape[2:]), pixels.dtype)
        for rows, columns in _tiles(down, across):
            box = product((columns.start, columns.stop), (rows.start, rows.stop))
            corners = _mapped(back, [list(corner) for corner in box])
            left, top = np.clip(np.floor(corners.min(0)) - 2, 0, (width - 1, height - 1)).astype(
                int
            )
            right, bottom = np.ceil(corners.max(0)).astype(int) + 3
            # Centers of pixels lie at halves; OpenCV counts them as whole numbers.
            to_source = _shift(-left - 0.5, -top - 0.5) @ back
            to_source = to_source @ _shift(columns.start + 0.5, rows.start + 0.5)
            out[rows, columns] = cv2.warpPerspective(
                pixels[top:bottom, left:right],
                to_source,
                (columns.stop - columns.start, rows.stop - rows.start),
                flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
        return out


AS_IT_CAME = Geometry()


def read(value: Any) -> Geometry:
    """The geometry of `{turn, corners}`; None: nothing changes. Raises GeometryError."""
    if value is None:
        return AS_IT_CAME
    if not isinstance(value, dict) or not set(value) <= {"turn", "corners"}:
        raise GeometryError("Send an object with turn and corners.")
    turn = value.get("turn", 0)
    if isinstance(turn, bool) or turn not in (0, *TURNS):
        raise GeometryError("turn is 0, 90, 180 or 270.")
    corners = value.get("corners")
    if corners is None:
        return Geometry(int(turn))
    return Geometry(int(turn), _read_corners(corners))


def _read_corners(value: Any) -> tuple[tuple[float, float], ...]:
    try:
        points = np.array(value, np.float64)
    except (TypeError, ValueError) as error:
        raise GeometryError("corners are four pairs of numbers.") from error
    if points.shape != (4, 2) or not np.all((points >= 0) & (points <= 1)):
        raise GeometryError("corners are four pairs of numbers from 0 to 1.")
    sides = np.roll(points, -1, axis=0) - points
    if np.hypot(*sides.T).min() < MIN_SIDE:
        raise GeometryError(f"The cut-out's sides have at least {MIN_SIDE:.0%} of the photo.")
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    if not np.all(turns > 0):
        raise GeometryError("corners go clockwise around a shape without a dent.")
    return tuple((round(float(x), 5), round(float(y), 5)) for x, y in points)


def _tiles(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    for top, left in product(range(0, height, TILE), range(0, width, TILE)):
        yield slice(top, min(top + TILE, height)), slice(left, min(left + TILE, width))


def _mapped(matrix: Points, points: Any) -> Points:
    """Points n,2 under a projective map."""
    x, y, w = matrix @ np.column_stack((np.array(points, np.float64), np.ones(len(points)))).T
    return np.column_stack((x / w, y / w))


def _shift(x: float, y: float) -> Points:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)
