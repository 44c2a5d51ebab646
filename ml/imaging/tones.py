"""Tones restored: a faded photo's darkest and lightest become black and white again.

L' = L + s (clip(100 (L - low) / (high - low), 0, 100) - L), with L* of 0..100; pages compute the
same (`frontend/src/blend.ts`).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .srgb import Pixels, light_of, lightness, lightness_of, luminance

PERCENTILES = (1, 99)
MIN_RANGE = 5.0
"""Of L*: a photo with less is one even gray, and stays as it is."""


@dataclass(frozen=True, slots=True)
class Tones:
    """How far, 0..1, the range `low`..`high` of L* is stretched to all of it."""

    strength: float = 0.0
    low: float = 0.0
    high: float = 100.0

    def apply(self, light: NDArray[Any]) -> NDArray[Any]:
        """L* float32 with its tones restored; the same array where nothing changes."""
        if not self.changes:
            return light
        stretched = np.clip((light - self.low) * (100 / (self.high - self.low)), 0, 100)
        return (light + self.strength * (stretched - light)).astype(np.float32)

    def apply_to(self, luminance: Pixels) -> Pixels:
        """The same for Y uint16 in 0..65535, by a table."""
        return cv2.LUT(luminance, _table(self)) if self.changes else luminance

    @property
    def changes(self) -> bool:
        """Whether anything changes."""
        return bool(self.strength) and self.high - self.low >= MIN_RANGE


AS_IT_IS = Tones()


@lru_cache(maxsize=4)
def _table(tones: Tones) -> Pixels:
    """What becomes of each Y."""
    restored = tones.apply(lightness_of(np.arange(65536)))
    return np.rint(light_of(restored) * 65535).astype(np.uint16)


def measure(rgb: Pixels) -> tuple[float, float]:
    """The 1st and 99th percentile of L* of a picture H,W,3."""
    if rgb.dtype != np.uint8:
        low, high = np.percentile(lightness(rgb), PERCENTILES)
        return round(float(low), 2), round(float(high), 2)
    # L* grows with luminance, which is counted instead of sorted.
    below = np.bincount(luminance(rgb).ravel(), minlength=1 << 16).cumsum()
    places = np.array(PERCENTILES) / 100 * (below[-1] - 1)
    lower, upper = (
        lightness_of(np.searchsorted(below, place, side="right"))
        for place in (np.floor(places), np.ceil(places))
    )
    low, high = lower + (places % 1) * (upper - lower)
    return round(float(low), 2), round(float(high), 2)
