"""Colors that sRGB cannot show: their chroma is reduced, their lightness and hue stay.

How much chroma fits depends on lightness and hue alone, so it is worked out once, by bisection
towards the surface of the RGB cube, for every cell of a grid over both.
"""

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .srgb import Pixels, encoded

L_STEPS, HUE_STEPS = 4, 2  # cells per unit of L*, per degree
MAX_CHROMA = 140.0  # beyond every color of sRGB (blue: 134)

# Inverse of the sRGB matrix, and the D65 white, as OpenCV and scikit-image have them.
XYZ_TO_RGB = np.array(
    [
        [3.240479, -1.53715, -0.498535],
        [-0.969256, 1.875991, 0.041556],
        [0.055648, -0.204043, 1.057311],
    ],
    np.float32,
)
WHITE = np.array([0.950456, 1.0, 1.088754], np.float32)


def lab_to_rgb(lab: NDArray[Any]) -> Pixels:
    """sRGB uint8 H,W,3 of L*, a, b float32 H,W,3, chroma reduced where it does not fit."""
    rgb = _to_bytes(lab)
    # Only a pixel on the surface of the cube can have come from outside it.
    inside = cv2.inRange(rgb, (1, 1, 1, 0), (254, 254, 254, 0))
    if cv2.countNonZero(inside) < inside.size:
        where = np.flatnonzero(inside.ravel() == 0)
        outer = reduce_chroma(lab.reshape(-1, 3).take(where, axis=0))
        rgb.reshape(-1, 3)[where] = _to_bytes(outer[None])[0]
    return rgb


def lab_to_deep_rgb(lab: NDArray[Any]) -> Pixels:
    """The same as uint16; slower."""
    rgb = _exact(lab)
    outside = np.flatnonzero(((rgb <= 0) | (rgb >= 1)).any(-1).ravel())
    if outside.size:
        outer = reduce_chroma(lab.reshape(-1, 3).take(outside, axis=0))
        rgb.reshape(-1, 3)[outside] = _exact(outer)
    return np.rint(rgb.clip(0, 1) * 65535).astype(np.uint16)


def reduce_chroma(lab: NDArray[Any]) -> NDArray[Any]:
    """L*, a, b float32 n,3 with no more chroma than sRGB has at that lightness and hue."""
    lightness, a, b = lab.T
    chroma = np.hypot(a, b)
    row = (lightness * L_STEPS).astype(np.int32)
    # Negative hues count from the table's end, as they should.
    column = np.floor(np.degrees(np.arctan2(b, a)) * HUE_STEPS).astype(np.int32)
    allowed = max_chroma()[row, column]
    scale = np.minimum(1, allowed / np.maximum(chroma, 1e-6))
    return np.stack((lightness, a * scale, b * scale), axis=1)


@cache
def max_chroma() -> NDArray[np.float32]:
    """The most chroma of each cell that all of it can show.

    Rows: L* in steps of 1 / L_STEPS, the last for L* = 100; columns: hue from 0 degrees in steps
    of 1 / HUE_STEPS.
    """
    lightness = np.arange(100 * L_STEPS + 1, dtype=np.float32)[:, None] / L_STEPS
    hue = np.radians(np.arange(360 * HUE_STEPS, dtype=np.float32)[None] / HUE_STEPS)
    low = np.zeros((lightness.size, hue.size), np.float32)
    high = np.full_like(low, MAX_CHROMA)
    for _ in range(14):  # to a hundredth of a unit
        middle = (low + high) / 2
        fits = _in_cube(lightness, middle * np.cos(hue), middle * np.sin(hue))
        low = np.where(fits, middle, low)
        high = np.where(fits, high, middle)
    low = np.minimum(low, np.roll(low, -1, axis=1))
    low[:-1] = np.minimum(low[:-1], low[1:])
    return low


def _exact(lab: NDArray[Any]) -> NDArray[Any]:
    """sRGB of Lab, not cut off at 0 and 1; gray is exactly gray."""
    lightness, a, b = np.moveaxis(lab.astype(np.float64), -1, 0)
    light = np.moveaxis(_light(lightness, a, b), 0, -1)
    gray = (a == 0) & (b == 0)
    light[gray] = _cube((lightness[gray] + 16) / 116)[:, None]
    return encoded(np.maximum(light, 0))


def _light(lightness: NDArray[Any], a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Red, green and blue light, 0..1 in sRGB's cube, as the first axis."""
    fy = (lightness + 16) / 116
    xyz = np.stack([_cube(fy + a / 500), _cube(fy + 0 * a), _cube(fy - b / 200)])
    return np.tensordot(XYZ_TO_RGB * WHITE, xyz, 1)


def _in_cube(lightness: NDArray[Any], a: NDArray[Any], b: NDArray[Any]) -> Any:
    light = _light(lightness, a, b)
    slack = 1e-4  # the matrices above are inverse to this accuracy
    return np.all((light >= -slack) & (light <= 1 + slack), axis=0)


def _cube(f: NDArray[Any]) -> NDArray[Any]:
    """CIE 1976: the inverse of the cube root with its linear toe."""
    return np.where(f > 6 / 29, f * f * f, (f - 16 / 116) / 7.787)


def _to_bytes(lab: NDArray[Any]) -> Pixels:
    return cv2.convertScaleAbs(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), alpha=255)
