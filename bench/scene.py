"""A photo that no camera took: a color landscape with detail and grain like a real one's."""

from pathlib import Path

import cv2
import numpy as np

from ml.imaging.srgb import Pixels

GRAIN = 3.0  # gray levels; makes a 12-megapixel JPEG about as large as a telephone's


def scene(width: int, height: int, seed: int = 0) -> Pixels:
    """Octaves of noise, each half as strong as the one before, in slowly changing colors."""
    rng = np.random.default_rng(seed)
    luma = np.full((height, width), 120, np.float32)
    strength, cell = 60.0, max(width, height) // 4
    while cell >= 1:
        luma += _noise(rng, width, height, cell) * strength
        strength, cell = strength * 0.6, cell // 2
    luma += rng.normal(0, GRAIN, luma.shape).astype(np.float32)
    cr, cb = (128 + 18 * _noise(rng, width, height, width // 6) for _ in range(2))
    ycrcb = cv2.merge([np.clip(plane, 0, 255).astype(np.uint8) for plane in (luma, cr, cb)])
    return cv2.cvtColor(ycrcb, cv2.COLOR_YCrCb2RGB)


def _noise(rng: np.random.Generator, width: int, height: int, cell: int) -> Pixels:
    """Smooth noise of deviation 1 whose features are ``cell`` pixels wide."""
    shape = height // cell + 2, width // cell + 2
    coarse = rng.standard_normal(shape, np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def write_jpeg(path: Path, width: int, height: int) -> None:
    """A scene as a camera stores it: JPEG, quality 92, chroma at half the size.

    Beyond 12 megapixels a smaller scene is laid beside itself, mirrored.
    """
    from PIL import Image  # noqa: PLC0415

    tile = scene(min(width, 4000), min(height, 3000))
    across, down = width - tile.shape[1], height - tile.shape[0]
    while across > 0 or down > 0:
        bottom, right = min(down, tile.shape[0] - 1), min(across, tile.shape[1] - 1)
        tile = cv2.copyMakeBorder(tile, 0, bottom, 0, right, cv2.BORDER_REFLECT)
        across, down = width - tile.shape[1], height - tile.shape[0]
    Image.fromarray(tile).save(path, "JPEG", quality=92, subsampling=2)
