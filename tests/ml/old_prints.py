"""What time does to a print, by code: uint8 H,W,3 in, the same out."""

import cv2
import numpy as np


def sepia(rgb: np.ndarray) -> np.ndarray:
    """Gray to brown, as toned prints are."""
    tone = np.array([1.07, 0.97, 0.80])
    return (rgb.mean(2, keepdims=True) * tone).clip(0, 255).astype(np.uint8)


def faded(rgb: np.ndarray) -> np.ndarray:
    """Blacks become gray and whites yellow."""
    return (90 + rgb * np.array([0.62, 0.60, 0.52])).clip(0, 255).astype(np.uint8)


def low_contrast(rgb: np.ndarray) -> np.ndarray:
    """A third of the tones are left, in the middle."""
    return (85 + rgb / 3).astype(np.uint8)


def noisy(rgb: np.ndarray) -> np.ndarray:
    """Grain of fifteen levels."""
    grain = np.random.default_rng(0).normal(0, 15, (*rgb.shape[:2], 1))
    return (rgb + grain).clip(0, 255).astype(np.uint8)


def scratched(rgb: np.ndarray) -> np.ndarray:
    """Twelve light lines from top to bottom, and dust."""
    rng, out = np.random.default_rng(0), rgb.copy()
    height, width = rgb.shape[:2]
    for x in rng.integers(0, width, 12).tolist():
        end = x + int(rng.integers(-20, 20))
        cv2.line(out, (x, 0), (end, height), (235, 235, 235), max(1, width // 500))
    for x, y in zip(rng.integers(0, width, 150), rng.integers(0, height, 150), strict=True):
        cv2.circle(out, (int(x), int(y)), max(1, width // 400), (240, 240, 240), -1)
    return out


FLAWS = {flaw.__name__: flaw for flaw in (sepia, faded, low_contrast, noisy, scratched)}
