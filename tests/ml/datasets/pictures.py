"""Color photos made by code, each unlike any other."""

import io

import numpy as np
from PIL import Image


def photo(seed: int, size: tuple[int, int] = (80, 64)) -> np.ndarray:
    """Soft patches of many colors: uint8 H,W,3. Landscapes would be taken for copies."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    return np.array(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC))


def jpeg(rgb: np.ndarray, quality: int = 90) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
