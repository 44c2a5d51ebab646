"""Prints on a scan: where the edge of a photographed or scanned print lies, and of several."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .srgb import Pixels

Corners = tuple[tuple[float, float], ...]

SIDE = 512  # pixels of the longer side that are looked at
RING = 0.02  # of the shorter side: what is taken for the ground
GROUND = 14  # levels that a ground may differ from its own median
EVEN = 0.8  # of the ring that must be ground
SMALLEST, LARGEST = 0.04, 0.96  # of the picture that a print covers
FILLED = 0.9  # of its own four corners


def find(gray: Pixels) -> list[Corners]:
    """The prints on an even ground in a gray picture H,W, 0..255, by rows.

    Of each its corners in fractions of width and height, clockwise from the upper left one. None
    are found where the picture reaches its own edges, as most photos do.
    """
    scale = SIDE / max(gray.shape)
    if scale < 1:
        gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = gray.shape
    ground = _ground(gray)
    if ground is None:
        return []
    off: Pixels = (cv2.absdiff(gray, np.full_like(gray, ground)) > GROUND).astype(np.uint8)
    # Bright parts of a print are no holes; dust is no print.
    off = cv2.morphologyEx(off, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    off = cv2.morphologyEx(off, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    outlines, _ = cv2.findContours(off, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    four = (_corners(outline, width * height) for outline in outlines)
    found = [corners for corners in four if corners is not None]
    found.sort(key=lambda corners: (round(corners[0][1] / height, 1), corners[0][0]))
    return [
        tuple((round(float(x) / width, 4), round(float(y) / height, 4)) for x, y in corners)
        for corners in found
    ]


def _ground(gray: Pixels) -> int | None:
    """The level of what lies around the prints; None where that is not even."""
    rim = max(2, round(RING * min(gray.shape)))
    ring = np.concatenate(
        [gray[:rim].ravel(), gray[-rim:].ravel(), gray[:, :rim].ravel(), gray[:, -rim:].ravel()]
    )
    level = int(np.median(ring))
    even = np.mean(np.abs(ring.astype(int) - level) <= GROUND)
    return level if even >= EVEN else None


def _corners(outline: NDArray[Any], area: int) -> NDArray[Any] | None:
    """The four corners of an outline that is a print's, clockwise from the upper left."""
    hull = cv2.convexHull(outline)
    share = cv2.contourArea(hull) / area
    if not SMALLEST <= share <= LARGEST:
        return None
    four = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, closed=True), closed=True)
    points = four[:, 0] if len(four) == 4 else cv2.boxPoints(cv2.minAreaRect(hull))
    points = points.astype(np.float32)
    if cv2.contourArea(hull) < FILLED * cv2.contourArea(points):
        return None
    turned = points - points.mean(0)
    points = points[np.argsort(np.arctan2(turned[:, 1], turned[:, 0]))]
    return np.roll(points, -int(np.argmin(points.sum(1))), axis=0)
