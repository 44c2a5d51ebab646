"""sRGB and lightness, exact where it matters: gray stays exactly gray.

Luminance of 8-bit photos is kept as a 16-bit number Y in 0..65535, fine enough that no two of the
256 grays share one; what follows from it (L*, the gray that looks as light) is looked up. Faster
and truer than OpenCV's float conversion, whose interpolated table is up to 0.2 L off. Of 16-bit
photos, whose darkest grays are nearer to each other than that, it is computed.
"""

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[Any]
"""uint8 or uint16 H,W,3 in sRGB, or one plane H,W."""

STRIP_BYTES = 1 << 20
"""About what a processor's second-level cache holds of one float plane."""

# Rec. 709 luminance weights with the D65 white, as OpenCV and scikit-image have them.
LUMINANCE = np.array([0.212671, 0.715160, 0.072169])
TOE, TOE_SLOPE = 0.008856, 903.3  # CIE 1976: L* is linear below Y = TOE


def strips(height: int, width: int, multiple: int = 1) -> list[slice]:
    """Row ranges of a photo that fit the cache as float planes, top to bottom; each but the last of
    a multiple of so many rows, where that fits."""
    rows = max(1, STRIP_BYTES // (4 * width))
    if rows > multiple:
        rows -= rows % multiple
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def linear(srgb: NDArray) -> NDArray:
    """Light 0..1 of sRGB values 0..1 (IEC 61966-2-1)."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def encoded(light: NDArray) -> NDArray:
    """sRGB values 0..1 of light 0..1."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def luminance(rgb: Pixels) -> NDArray[Any]:
    """Y in 0..65535, uint16 H,W, of sRGB H,W,3."""
    if rgb.dtype != np.uint8:
        return cv2.transform(np.take(_deep_light(), rgb), _weights()).astype(np.uint16)
    red, green, blue = map(cv2.LUT, cv2.split(rgb), _shares())
    return cv2.add(cv2.add(red, green), blue)


def lightness(rgb: Pixels) -> NDArray[Any]:
    """L* in 0..100, float32 H,W, of sRGB H,W,3."""
    if rgb.dtype == np.uint8:
        return cv2.LUT(luminance(rgb), _lightness_of_luminance())
    exact = _weights() * np.array([1, 1, 1, 0], np.float32)
    return _lightness(cv2.transform(np.take(_deep_light(), rgb), exact) / np.float32(65535))


def lightness_of(luminance: NDArray[Any]) -> NDArray[np.float32]:
    """L* in 0..100 of Y in 0..65535."""
    return np.take(_lightness_of_luminance(), luminance)


def light_of(lightness: NDArray[Any]) -> NDArray[Any]:
    """Y in 0..1 of L* in 0..100."""
    return np.where(
        lightness > TOE * TOE_SLOPE, ((lightness + 16) / 116) ** 3, lightness / TOE_SLOPE
    )


def as_bytes(pixels: Pixels) -> Pixels:
    """The nearest of 256 levels."""
    return pixels if pixels.dtype == np.uint8 else cv2.convertScaleAbs(pixels, alpha=1 / 257)


def gray(rgb: Pixels) -> Pixels:
    """The neutral sRGB gray of the same lightness, H,W, of sRGB H,W,3; grays come back the same."""
    out = np.empty(rgb.shape[:2], np.uint8)
    for rows in strips(*rgb.shape[:2]):
        cv2.LUT(luminance(rgb[rows]), _gray_of_luminance(), dst=out[rows])
    return out


@cache
def _shares() -> list[NDArray[np.uint16]]:
    """What each level of red, green and blue adds to Y."""
    light = linear(np.arange(256) / 255) * 65535
    return [np.rint(light * share).astype(np.uint16) for share in LUMINANCE / LUMINANCE.sum()]


@cache
def _deep_light() -> NDArray[np.float32]:
    return (linear(np.arange(65536) / 65535) * 65535).astype(np.float32)


@cache
def _weights() -> NDArray[np.float32]:
    # The last column rounds: the cast to an integer cuts off.
    return np.array([[*LUMINANCE / LUMINANCE.sum(), 0.5]], np.float32)


@cache
def _lightness_of_luminance() -> NDArray[np.float32]:
    return _lightness(np.arange(65536) / 65535)


def _lightness(y: NDArray[Any]) -> NDArray[np.float32]:
    return np.where(y > TOE, 116 * np.cbrt(y) - 16, TOE_SLOPE * y).astype(np.float32)


@cache
def _gray_of_luminance() -> Pixels:
    return np.rint(encoded(np.arange(65536) / 65535) * 255).astype(np.uint8)
