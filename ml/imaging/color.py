"""A file's own colors made into those of sRGB, by its ICC profile, in the depth that it has.

What is gray stays exactly gray: it goes through a table of all its levels instead of a transform.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .readers.picture import Samples, Space
from .srgb import Pixels, encoded

RELATIVE_COLORIMETRIC, BLACK_POINT_COMPENSATION, EXACT = 1, 0x2000, 0x0100  # lcms2.h
LEVEL = {np.dtype(np.uint8): 1, np.dtype(np.uint16): 257}
"""One of 256 levels in numbers of that depth."""

# CIE XYZ with the D50 white of Lab to linear sRGB, adapted by Bradford (brucelindbloom.com).
D50_TO_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)
D50 = np.array([0.9642, 1.0, 0.8249])

Transform = Callable[[Pixels], Pixels]


class Conversion:
    """Strips of a file's samples into sRGB n,W,3 of the same depth.

    `ignored`: the file's profile is broken, or for another kind of pixels, and was not used.
    """

    def __init__(self, samples: Samples, profile: bytes | None) -> None:
        self.ignored = False
        self._own = _OWN[samples.space]
        self.is_identity = samples.space == "rgb"
        """Whether RGB samples are sRGB as they are."""
        if not profile or samples.space == "lab":
            return
        depth = np.dtype(np.uint16 if samples.deep else np.uint8)
        try:
            found = _transform(profile, samples.space, depth)
        except (ValueError, RuntimeError, KeyError):
            self.ignored = True
            return
        if found:
            self._own, self.is_identity = found, False

    def __call__(self, strip: Pixels) -> Pixels:
        return self._own(strip)


def _transform(profile: bytes, space: Space, depth: np.dtype) -> Transform | None:
    """How a profile changes samples; None where it is sRGB's. Raises ValueError, RuntimeError."""
    profile_space = {b"GRAY": "gray", b"RGB ": "rgb", b"CMYK": "cmyk"}[profile[16:20]]
    if space == "gray" and profile_space in {"gray", "rgb"}:
        return _curve(profile, profile_space, depth)
    if space != profile_space:
        raise ValueError(f"a profile for {profile_space} on {space} pixels")
    if space == "rgb" and _is_srgb(profile):
        return None
    return lambda strip: _by_profile(strip, profile, space)


def _curve(profile: bytes, space: str, depth: np.dtype) -> Transform | None:
    ramp = np.arange(np.iinfo(depth).max + 1, dtype=depth)[None]
    # Optimized, lcms interpolates between too few points in the darkest tones.
    mapped = _by_profile(ramp if space == "gray" else _stacked(ramp), profile, space, EXACT)
    table = np.ascontiguousarray(mapped[0, :, 1])
    if np.abs(table.astype(int) - ramp[0]).max() <= LEVEL[depth]:
        return None
    return lambda strip: _stacked(table[strip])


def _is_srgb(profile: bytes) -> bool:
    """Most profiles are sRGB under one name or another: a probe finds out, and saves the work."""
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    probe = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(27, 27, 3)
    mapped = _by_profile(probe, profile, "rgb")
    return bool(np.abs(mapped.astype(int) - probe).max() <= 1)


def _by_profile(strip: Pixels, profile: bytes, space: str, flags: int = 0) -> Pixels:
    from imagecodecs import cms_profile, cms_transform  # noqa: PLC0415 (large; most need none)

    mapped: Pixels = cms_transform(
        np.ascontiguousarray(strip),
        profile,
        cms_profile("srgb"),
        colorspace=space,
        outcolorspace="rgb",
        intent=RELATIVE_COLORIMETRIC,
        flags=BLACK_POINT_COMPENSATION | flags,
    )
    return mapped


def _stacked(gray: Pixels) -> Pixels:
    return cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)


def _from_inks(cmyk: Pixels) -> Pixels:
    """CMYK without a profile, as browsers show it."""
    most = np.iinfo(cmyk.dtype).max
    light = most - cmyk.astype(np.uint32)
    return ((light[..., :3] * light[..., 3:] + most // 2) // most).astype(cmyk.dtype)


def _from_lab(lab: Pixels) -> Pixels:
    """CIE L*a*b* of white D50."""
    steps = lab.astype(np.float64)
    fy = (steps[..., 0] * (100 / 65535) + 16) / 116
    a, b = (steps[..., channel] / 257 - 128 for channel in (1, 2))
    f = np.stack([fy + a / 500, fy, fy - b / 200], -1)
    xyz = np.where(f > 6 / 29, f**3, (f - 16 / 116) / 7.787) * D50
    light: NDArray[Any] = np.clip(xyz @ D50_TO_SRGB.T, 0, 1)
    return np.rint(encoded(light) * 65535).astype(np.uint16)


_OWN: dict[Space, Transform] = {
    "gray": _stacked,
    "rgb": lambda strip: strip,
    "cmyk": _from_inks,
    "lab": _from_lab,
}
"""What is done where there is no profile."""
