"""The colors of one photo: small maps of a and b, and how they come onto the photo at full size.

The maps are upsampled bicubically (joint and guided filters were measured to be worse), joined
with the photo's own lightness, and fitted into sRGB, strip by strip: memory does not grow with
the photo. No network is needed for any of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import gamut
from .srgb import Pixels, lightness, luminance, strips
from .tones import AS_IT_IS, Tones

TOGETHER, MAX_PRODUCT = 32, 1 << 18
"""Rows, and multiplications, of one product of matrices: of larger ones OpenBLAS would make several
threads, which fight with those of other photos."""
MAX_VIVID = 1.5
"""Chroma at vividness 2, as a multiple of that at 1."""


@dataclass(frozen=True, slots=True)
class Chroma:
    """The colors of one photo, small: a, b in Lab units as float32 h,w,2."""

    regression: NDArray[Any]  # the mean of what is likely: vividness 0
    decoded: NDArray[Any]  # from the distribution over bins: vividness 1

    @property
    def is_finite(self) -> bool:
        """Whether every value is a number; a broken network gives others."""
        return bool(np.isfinite(self.regression).all() and np.isfinite(self.decoded).all())

    def at(self, vividness: float) -> NDArray[Any]:
        """a, b at a vividness of 0 (calm), 1 (regression) to 2 (vivid), linear in between.

        Linear, so that a page can blend three maps and show just what a file will hold.
        """
        if vividness <= 1:
            return self.regression + np.float32(vividness) * (self.decoded - self.regression)
        return self.decoded * np.float32(1 + (vividness - 1) * (MAX_VIVID - 1))

    def to_png(self) -> bytes:
        """Both maps as one small RGB picture, regression above decoded, that a browser can read.

        a and b are kept in 12 bits, in steps of 1/16 from -128: red and green hold the upper
        eight of a and b, blue the lower four of both, those of a first.
        """
        ab = np.concatenate([self.regression, self.decoded])
        steps = np.rint((ab + _OFFSET) * _STEPS).clip(0, 4095).astype(np.uint16)
        a, b = steps[..., 0], steps[..., 1]
        pixels = np.stack([a >> 4, b >> 4, (a & 15) << 4 | b & 15], -1).astype(np.uint8)
        quick = [cv2.IMWRITE_PNG_COMPRESSION, 4]  # a fifth of the time of 9, and 3 % larger
        return cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), quick)[1].tobytes()

    @classmethod
    def from_png(cls, data: bytes) -> "Chroma":
        """What `to_png` kept, to 1/32 of a unit. Raises ValueError for anything else."""
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        if pixels is None or len(pixels) % 2:
            raise ValueError("not a picture of color maps")
        red, green, blue = np.moveaxis(pixels.astype(np.uint16), -1, 0)
        steps = np.stack([red << 4 | blue >> 4, green << 4 | blue & 15], -1)
        regression, decoded = np.split(steps.astype(np.float32) / _STEPS - _OFFSET, 2)
        return cls(regression, decoded)


_OFFSET, _STEPS = np.float32(128), np.float32(16)


def render(
    rgb: Pixels,
    chroma: Chroma,
    vividness: float = 1.0,
    progress: Callable[[float], None] | None = None,
    tones: Tones = AS_IT_IS,
    *,
    depth: int = 8,
) -> Pixels:
    """The colored photo, uint8 H,W,3, or uint16 for a depth of 16.

    Lightness is the photo's own, of 8 or 16 bits, its tones restored. Works in place where the
    photo's array is of that depth and writable. ``progress`` is called with the fraction done,
    0..1, after each strip.
    """
    height, width = rgb.shape[:2]
    kind = np.uint16 if depth == 16 else np.uint8
    in_place = rgb.flags.writeable and rgb.dtype == kind
    out = rgb if in_place else np.empty(rgb.shape, kind)
    colors = Upsampled(chroma.at(vividness), height, width)
    for rows in strips(height, width, TOGETHER):
        a, b = colors.rows(rows)
        if depth == 16:
            out[rows] = gamut.lab_to_deep_rgb(tones.apply(lightness(rgb[rows])), a, b)
        else:
            gamut.luminance_to_rgb(tones.apply_to(luminance(rgb[rows])), a, b, out=out[rows])
        if progress:
            progress(rows.stop / height)
    return out


class Upsampled:
    """Small a, b (h,w,2) seen at H x W, bicubic (Catmull-Rom's kin, a = -0.75, as OpenCV's).

    Any rows can be asked for, and come out the same bits whatever strip they are in: OpenCV, which
    resizes whole pictures only, makes the map as wide as the photo, and its rows are weighed here.
    """

    def __init__(self, ab: NDArray[Any], height: int, width: int) -> None:
        h, w = ab.shape[:2]
        if height < h or width < w:  # a tiny photo: bicubic would skip most of the map
            h, w = min(h, height), min(w, width)
            ab = cv2.resize(ab, (w, h), interpolation=cv2.INTER_AREA)
        wide = cv2.resize(ab, (width, h), interpolation=cv2.INTER_CUBIC)
        self.planes = [np.ascontiguousarray(wide[..., i], np.float32) for i in range(2)]
        self.height = height

    def rows(self, rows: slice) -> list[NDArray[Any]]:
        """a and b of some rows, two planes n,W in float32."""
        h, width = self.planes[0].shape
        count = rows.stop - rows.start
        # Whole blocks: OpenBLAS rounds a single row another way.
        whole = np.arange(rows.start, rows.start + -(-count // TOGETHER) * TOGETHER)
        position = (whole + 0.5) * (h / self.height) - 0.5
        first = np.floor(position).astype(int)
        weights = np.zeros((len(position), h), np.float32)
        for offset in range(-1, 3):
            row = np.clip(first + offset, 0, h - 1)
            weights[np.arange(len(row)), row] += _cubic(position - first - offset)
        found = [np.empty((len(position), width), np.float32) for _ in self.planes]
        for top in range(0, len(position), TOGETHER):
            part = slice(top, top + TOGETHER)
            used = slice(min(h - 1, max(0, first[part][0] - 1)), first[part][-1] + 3)
            few = weights[part, used]
            step = max(1, MAX_PRODUCT // few.size)
            for left in range(0, width, step):
                columns = slice(left, left + step)
                for plane, out in zip(self.planes, found, strict=True):
                    np.matmul(few, plane[used, columns], out=out[part, columns])
        return [plane[:count] for plane in found]


def _cubic(x: NDArray[Any], a: float = -0.75) -> NDArray[Any]:
    """Keys' cubic convolution kernel (IEEE Trans. ASSP 29, 1981)."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0))
