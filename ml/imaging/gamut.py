"""Colors that sRGB cannot show: their chroma is reduced, their lightness and hue stay.

How much chroma fits depends on lightness and hue alone, so it is worked out once, by bisection
towards the surface of the RGB cube, for every cell of a grid over both.
"""

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .srgb import Pixels, encoded, lightness_of

L_STEPS, HUE_STEPS = 4, 2  # cells per unit of L*, per degree
TOE_END = 6 / 29
F_STEPS = 1 << 14
"""Of the cube root of light: an int16 holds twice white's, which lies outside of every color."""
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


def luminance_to_rgb(luminance: Pixels, a: NDArray[Any], b: NDArray[Any], out: Pixels) -> None:
    """Write sRGB uint8 H,W,3 of Y uint16 H,W and a, b float32 H,W to ``out``, chroma reduced where
    it does not fit.

    The cube root of Y is looked up, and so is the cube of what a and b are added to; OpenCV's own
    conversion takes four times as long.
    """
    f = cv2.LUT(luminance, _roots())
    x, z = (
        cv2.LUT(cv2.add(f, _steps(plane, scale)).view(np.uint16), _cubes())
        for plane, scale in ((a, 1 / 500), (b, -1 / 200))
    )
    light = _to_light(x, luminance.astype(np.float32), z)
    # Only a pixel on the surface of the cube can have come from outside it.
    low, high = cv2.min(cv2.min(*light[:2]), light[2]), cv2.max(cv2.max(*light[:2]), light[2])
    outside = np.flatnonzero((low == 0) | (high == 65535))
    if outside.size:
        own, *ab = (plane.ravel()[outside] for plane in (luminance, a, b))
        reduced = reduce_chroma(np.stack([lightness_of(own), *ab], axis=1))
        for plane, values in zip(light, _light(*reduced.T), strict=True):
            plane.ravel()[outside] = np.rint(values.clip(0, 1) * 65535)
    cv2.merge([cv2.LUT(plane, _levels()) for plane in light], dst=out)


def lab_to_deep_rgb(lightness: NDArray[Any], a: NDArray[Any], b: NDArray[Any]) -> Pixels:
    """sRGB uint16 H,W,3 of L*, a, b float32 H,W, chroma reduced where it does not fit; slower."""
    lab = np.stack((lightness, a, b), axis=-1)
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
    return np.where(f > TOE_END, f * f * f, (f - 16 / 116) / 7.787)


def _to_light(x: NDArray[Any], y: NDArray[Any], z: NDArray[Any]) -> list[Pixels]:
    """Red, green and blue light of X, Y, Z in 0..65535, as uint16 planes cut off at the cube."""
    return [
        cv2.addWeighted(cv2.addWeighted(x, by_x, y, by_y, 0), 1, z, by_z, 0, dtype=cv2.CV_16U)
        for by_x, by_y, by_z in (XYZ_TO_RGB * WHITE).tolist()
    ]


def _steps(plane: NDArray[Any], scale: float) -> NDArray[Any]:
    """What a or b adds, int16 in F_STEPS."""
    return cv2.addWeighted(plane, scale * F_STEPS, plane, 0, 0, dtype=cv2.CV_16S)


@cache
def _roots() -> NDArray[np.int16]:
    """The cube root of each Y, with its linear toe, in F_STEPS."""
    return np.rint((lightness_of(np.arange(65536)) + 16) * (F_STEPS / 116)).astype(np.int16)


@cache
def _cubes() -> NDArray[np.float32]:
    """X, Y or Z in 0..65535 of every int16 in F_STEPS, where it lies as uint16."""
    steps = np.arange(65536, dtype=np.uint16).view(np.int16)
    return (_cube(steps / F_STEPS) * 65535).astype(np.float32)


@cache
def _levels() -> Pixels:
    """The sRGB level of light in 0..65535."""
    return np.rint(encoded(np.arange(65536) / 65535) * 255).astype(np.uint8)
