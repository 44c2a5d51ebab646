"""Decoded samples as plain sRGB arrays, and what is done with those.

Everything works in strips: a second full copy is what a large photo cannot afford.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

import cv2
import numpy as np

from . import srgb
from .color import Conversion
from .readers.picture import Samples
from .srgb import Pixels, as_bytes

QUARTER_TURNS = {5, 6, 7, 8}
"""EXIF orientations that swap width and height."""


def whole(
    samples: Samples, convert: Conversion, *, deep: bool = False
) -> tuple[Pixels, Pixels | None]:
    """All pixels as uint8 H,W,3 and their alpha uint8 H,W, or None where all is opaque.

    With `deep` the pixels of 16-bit samples are uint16.
    """
    kind = np.uint16 if deep and samples.deep else np.uint8
    given = samples.array
    if given is not None and given.dtype == kind and samples.space == "rgb":
        rgb = given  # it is written into
    else:
        rgb = np.empty((samples.height, samples.width, 3), kind)
    alpha: Pixels | None = None
    for rows, part, part_alpha in _strips(samples, 1):
        if rgb is not given or not convert.is_identity:
            converted = convert(part)
            rgb[rows] = converted if kind == np.uint16 else as_bytes(converted)
        if part_alpha is not None:
            if alpha is None:
                alpha = np.full(rgb.shape[:2], 255, np.uint8)
            alpha[rows] = as_bytes(part_alpha)
    return rgb, alpha


def shrunk(samples: Samples, convert: Conversion, side: int) -> tuple[Pixels, Pixels | None]:
    """As ``whole``, by a whole factor smaller, the long side still at least ``side``."""
    factor = max(1, max(samples.width, samples.height) // side)
    if factor == 1:
        return whole(samples, convert)
    rgbs: list[Pixels] = []
    alphas: list[Pixels] = []
    opaque = True
    for _, part, part_alpha in _strips(samples, factor):
        size = -(-part.shape[1] // factor), -(-part.shape[0] // factor)
        rgbs.append(as_bytes(convert(cv2.resize(part, size, interpolation=cv2.INTER_AREA))))
        if part_alpha is None:
            alphas.append(np.full(size[::-1], 255, np.uint8))
        else:
            opaque = False
            small = cv2.resize(part_alpha, size, interpolation=cv2.INTER_AREA)
            alphas.append(as_bytes(small))
    return np.concatenate(rgbs), None if opaque else np.concatenate(alphas)


def _strips(samples: Samples, multiple: int) -> Iterator[tuple[slice, Pixels, Pixels | None]]:
    """Rows of a picture, in strips of a multiple of ``multiple`` as far as they go."""
    height = samples.height
    step = max(1, srgb.strips(height, samples.width)[0].stop // multiple) * multiple
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        pixels, alpha = samples.strip(rows)
        opaque = alpha is None or alpha.min() == np.iinfo(alpha.dtype).max
        yield rows, pixels, None if opaque else alpha


_TURNS: dict[int, Callable[[Pixels], Pixels]] = {
    2: lambda pixels: cv2.flip(pixels, 1, dst=pixels),
    3: lambda pixels: cv2.flip(pixels, -1, dst=pixels),
    4: lambda pixels: cv2.flip(pixels, 0, dst=pixels),
    5: cv2.transpose,
    6: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE),
    7: lambda pixels: cv2.flip(cv2.transpose(pixels), -1),
    8: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE),
}


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """An array the right way up, by its EXIF orientation (1..8; anything else counts as 1).

    May change the array it is given.
    """
    turn = _TURNS.get(orientation)
    return turn(pixels) if turn else pixels


def on_white(rgb: Pixels, alpha: Pixels) -> Pixels:
    """A photo with transparent places as it looks on white paper."""
    cover = alpha[..., None].astype(np.uint16)
    return ((rgb * cover + 255 * (255 - cover) + 127) // 255).astype(np.uint8)


def color_and_tone(rgb: Pixels) -> tuple[bool, bool]:
    """Whether a photo has colors already, and whether it has a single tone (sepia, cyanotype,
    stains), which is none.

    A toned print has one ab for each lightness, give or take dirt and JPEG noise: what is left
    after taking out the median ab of each lightness is small, or lies along the tone's own hue.
    """
    scale = 256 / max(256, *rgb.shape[:2])
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    light, *ab = (plane.ravel() for plane in cv2.split(lab))
    tone = np.array([plane.mean() for plane in ab])
    level = (light / 10).astype(np.uint8)
    by_level = level.argsort(kind="stable")
    ends = np.bincount(level).cumsum()
    rest = [plane[by_level] for plane in ab]
    for start, end in pairwise([0, *ends]):
        if start < end:
            for plane in rest:
                plane[start:end] -= np.median(plane[start:end])
    spread = _percentile_98(cv2.magnitude(*rest))
    strength = float(np.hypot(*tone))
    if strength <= 1:
        return bool(spread > SIDEWAYS), False
    across = cv2.addWeighted(rest[0], -tone[1] / strength, rest[1], tone[0] / strength, 0)
    colored = bool(_percentile_98(np.abs(across)) > SIDEWAYS or spread > SPREAD)
    return colored, not colored and strength > TONED


def _percentile_98(values: Pixels) -> float:
    return float(np.percentile(values, 98))


SIDEWAYS, SPREAD = 6.0, 16.0
"""Lab units that count as color: across the tone's hue, and in any direction."""
TONED = 4.0
"""Lab units of the mean color from which one sees that a print is not neutral."""
