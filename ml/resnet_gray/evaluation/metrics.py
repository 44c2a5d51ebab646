"""How far colors are from the true ones, and how colorful they are.

RGB is uint8 H,W,3; ab is float H,W,2 in Lab units.
"""

from collections import defaultdict
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

RGB = NDArray[np.uint8]
AB = NDArray[np.floating]

AUC_LIMIT = 150  # Lab units
NEUTRAL, COLORFUL = 6, 25  # chroma in Lab units: of the truth below the one, above the other
FALSE_COLOR, TINTED, LEFT_GRAY = 15, 8, 10  # chroma of what is shown: above, above, below


def colorfulness(rgb: RGB) -> float:
    """Colorfulness as the field counts it (DDColor, ColorFormer, CT2, BigColor share the code).

    After Hasler & Suesstrunk, "Measuring colorfulness in natural images" (2003), but with absolute
    values of the opponent channels, which theirs has not.
    """
    r, g, b = (rgb[..., i].astype(np.float32) for i in range(3))
    rg, yb = np.abs(r - g), np.abs((r + g) / 2 - b)
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def mse(ab: AB, truth: AB) -> float:
    """The paper's unit: squared error of ab scaled by 1/255, mean over a, b and pixels."""
    return float(np.square((ab - truth) / 255).mean())


def distances(ab: AB, truth: AB) -> NDArray[np.int64]:
    """How many pixels lie 0..1, 1..2, ... Lab units off in the ab plane; the last bin is the rest.

    151 numbers.
    """
    off = np.hypot(*np.moveaxis(ab - truth, -1, 0)).astype(np.int64).clip(0, AUC_LIMIT)
    return np.bincount(off.ravel(), minlength=AUC_LIMIT + 1)


def chroma_counts(ab: AB, truth: AB) -> NDArray[np.int64]:
    """How many pixels are: neutral in truth, those shown colorful, those tinted; colorful in
    truth, those left gray.
    """
    ours, theirs = (np.hypot(*np.moveaxis(x, -1, 0)) for x in (ab, truth))
    neutral, colorful = theirs < NEUTRAL, theirs > COLORFUL
    false, tinted, left = ours > FALSE_COLOR, ours > TINTED, ours < LEFT_GRAY
    some = (neutral, neutral & false, neutral & tinted, colorful, colorful & left)
    return np.array([np.count_nonzero(each) for each in some])


def auc(counts: NDArray[Any]) -> float:
    """Area under the share of pixels less than t off, over t = 1..150, 0..100 (Zhang 2016, 3.1)."""
    return float(100 * (counts.cumsum()[:AUC_LIMIT] / counts.sum()).mean())


def within(counts: NDArray[Any], limit: int) -> float:
    """Share of pixels less than ``limit`` Lab units off, 0..1."""
    return float(counts[:limit].sum() / counts.sum())


def psnr(rgb: RGB, truth: RGB) -> float:
    """Peak signal-to-noise ratio in dB; infinite for equal pictures."""
    return float(cv2.PSNR(rgb, truth)) if np.any(rgb != truth) else float("inf")


def ssim(rgb: RGB, truth: RGB) -> float:
    """Structural similarity, mean over channels and pixels.

    Wang et al., "Image quality assessment" (2004): Gaussian window of 11 pixels and sigma 1.5,
    K1 = 0.01, K2 = 0.03, on 8-bit values; borders reflected.
    """

    def local(image: NDArray) -> NDArray:
        return cv2.GaussianBlur(image, (11, 11), 1.5)

    x, y = rgb.astype(np.float64), truth.astype(np.float64)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean_x, mean_y = local(x), local(y)
    var_x, var_y = local(x * x) - mean_x**2, local(y * y) - mean_y**2
    covariance = local(x * y) - mean_x * mean_y
    top = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return float((top / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))).mean())


class Measured(NamedTuple):
    """The figures of one photo."""

    distances: NDArray[Any]
    chroma: NDArray[Any]
    figures: dict[str, float]


def measure(ab: AB, true_ab: AB, rgb: RGB, true_rgb: RGB) -> Measured:
    """The figures of one photo: the prediction and the truth compared."""
    counts = distances(ab, true_ab)
    ours, theirs = colorfulness(rgb), colorfulness(true_rgb)
    figures = {
        "mse": mse(ab, true_ab),
        "psnr": min(psnr(rgb, true_rgb), 100.0),
        "ssim": ssim(rgb, true_rgb),
        "colorfulness": ours,
        "colorfulness_diff": abs(ours - theirs),
    }
    # For distances every photo counts the same, whatever its size.
    return Measured(counts / counts.sum(), chroma_counts(ab, true_ab), figures)


class Tally:
    """Sums the figures of one way to color, photo by photo."""

    def __init__(self) -> None:
        self.photos = 0
        self._sums: dict[str, float] = defaultdict(float)
        self._counts = np.zeros(AUC_LIMIT + 1)
        self._chroma = np.zeros(5, np.int64)

    def add(self, measured: Measured) -> None:
        """One photo, as ``measure`` gave it."""
        self.photos += 1
        self._counts += measured.distances
        self._chroma += measured.chroma
        for name, figure in measured.figures.items():
            self._sums[name] += figure

    def result(self) -> dict[str, float]:
        """Means over the photos: ``mse, psnr, ssim, colorfulness, colorfulness_diff, within_10,
        within_20, auc, false_color, tinted, left_gray``; the last three of all photos' pixels.
        """
        means = {name: total / self.photos for name, total in self._sums.items()}
        shares = {f"within_{limit}": within(self._counts, limit) for limit in (10, 20)}
        neutral, false, tinted, colorful, left = self._chroma.tolist()
        pooled = {
            "auc": auc(self._counts),
            "false_color": false / max(1, neutral),
            "tinted": tinted / max(1, neutral),
            "left_gray": left / max(1, colorful),
        }
        return {k: round(v, 6) for k, v in {**means, **shares, **pooled}.items()}
