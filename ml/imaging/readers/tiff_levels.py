"""What the numbers of a TIFF mean: which one is black, which white, and the colors of a palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ml.imaging.srgb import Pixels

if TYPE_CHECKING:
    from tifffile import TiffPage

BRIGHT = 99.9
"""Percentile of the numbers that white is taken from: single hot pixels are not."""
HEADROOM = 8.0
"""A floating-point picture may hold light so many times as bright as white."""
SAMPLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Levels:
    """Black and white of one page; `deep` where it has more than 256 levels."""

    black: float
    white: float
    deep: bool
    bits: int
    colormap: NDArray[np.uint8] | None = None

    def scaled(self, part: Pixels) -> Pixels:
        """uint8 0..255, or uint16 0..65535 where there are more levels."""
        kind = np.uint16 if self.deep else np.uint8
        most = np.iinfo(kind).max
        if part.dtype == kind and (self.black, self.white) == (0, most):
            return part
        values = np.nan_to_num(part.astype(np.float64), posinf=self.white, neginf=self.black)
        share = (values - self.black) / (self.white - self.black)
        return np.rint(np.clip(share, 0, 1) * most).astype(kind)

    def palette(self, part: Pixels) -> Pixels:
        """The colors of indices, uint8 n,W,3."""
        if self.colormap is None:
            raise ValueError("a palette without colors")
        return self.colormap[part]

    def alpha(self, part: Pixels, kind: np.dtype) -> Pixels:
        """As color of that kind is scaled."""
        scaled = self.scaled(part)
        if scaled.dtype == kind:
            return scaled
        return scaled * np.uint16(257) if kind == np.uint16 else (scaled >> 8).astype(np.uint8)

    def lab(self, part: Pixels, *, icc: bool) -> Pixels:
        """L, a, b as `picture.Samples` has them, uint16 n,W,3. TIFF 6, section 23; TechNote 4."""
        wide = part.dtype.itemsize == 2
        if part.dtype.itemsize > 2:
            raise ValueError("Lab of more than 16 bits")
        if icc:
            steps = part.astype(np.uint32) if wide else part.astype(np.uint32) * 257
            if wide:  # 100 is 0xFF00, and a neutral a or b 0x8000
                steps = np.minimum(steps * 257 // 256, 65535)
            return steps.astype(np.uint16)
        lightness = part[..., :1].astype(np.uint16) * np.uint16(1 if wide else 257)
        signed = part[..., 1:].view(np.int16 if wide else np.int8).astype(np.float64)
        ab = (signed / 256 if wide else signed) + 128
        return np.concatenate([lightness, np.rint(ab.clip(0, 255) * 257).astype(np.uint16)], -1)


def unassociated(color: Pixels, alpha: Pixels) -> Pixels:
    """Colors that were multiplied by their alpha, as they were before."""
    most = np.iinfo(color.dtype).max
    cover = np.maximum(alpha, 1).astype(np.uint32)
    cover = cover[..., None] if color.ndim == 3 else cover
    return np.minimum((color.astype(np.uint32) * most + cover // 2) // cover, most).astype(
        color.dtype
    )


def of(page: TiffPage, array: Pixels) -> Levels:
    """The levels of a page with these numbers."""
    kind, bits = array.dtype.kind, int(page.bitspersample)
    colormap = None
    if page.colormap is not None:
        # A map with nothing above 255 was meant to have 8 bits: libtiff's rule.
        colors = page.colormap.T
        colormap = (colors if colors.max() < 256 else colors >> 8).astype(np.uint8)
    if kind == "b":
        return Levels(0, 1, deep=False, bits=1, colormap=colormap)
    if kind == "u" and bits < 32:
        return Levels(0, 2.0**bits - 1, deep=bits > 8, bits=bits, colormap=colormap)
    black, white = _measured(array, bits)
    return Levels(black, white, deep=bits > 8, bits=bits)


def of_numbers(array: Pixels) -> Levels:
    """The levels of numbers that use all of their kind: whole ones, or shares of 1."""
    bits = 8 * array.dtype.itemsize
    white = 1.0 if array.dtype.kind == "f" else 2.0**bits - 1
    return Levels(0, white, deep=bits > 8, bits=bits)


def _measured(array: Pixels, bits: int) -> tuple[float, float]:
    """Floating-point, signed and 32-bit files do not say what white is: the usual that fits."""
    step = max(1, array.size // SAMPLE)
    sample = array.reshape(-1)[::step].astype(np.float64)
    sample = sample[np.isfinite(sample)]
    low, top = np.percentile(sample, (100 - BRIGHT, BRIGHT)) if sample.size else (0, 1)
    if array.dtype.kind == "i" and low < 0:
        return -(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1
    if array.dtype.kind == "f":
        usual = ((1.0, HEADROOM), (255.0, 2 * 255.0), (65535.0, 2 * 65535.0))
        return 0, next((white for white, most in usual if top <= most), float(top))
    usual = ((255.0, 255.0), (65535.0, 65535.0), (2.0**24 - 1, 2.0**24 - 1))
    full = 2.0 ** (bits - (array.dtype.kind == "i")) - 1
    return 0, next((white for white, most in usual if top <= most < full), full)
