"""Photos as networks learn from them and are measured with. Never imports torch."""

import io

import cv2
import numpy as np
from PIL import Image, ImageOps

from ml.imaging.formats import by_pillow
from ml.imaging.photos import read, reduce
from ml.imaging.pillow import FORMATS

MIN_SIDE = 32  # pixels


def decode(content: bytes, short_side: int | None = None) -> np.ndarray:
    """sRGB uint8 H,W,3, upright, the short side at most so long. May raise anything."""
    if not content:
        raise ValueError("empty, or not readable")
    rgb = _with_pillow(content, short_side) if by_pillow(content) else _read(content, short_side)
    height, width = rgb.shape[:2]
    if min(height, width) < MIN_SIDE:
        raise ValueError(f"{width}x{height} pixels are too few")
    if short_side and min(height, width) > short_side:
        scale = short_side / min(height, width)
        size = (round(width * scale), round(height * scale))
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return rgb


def _with_pillow(content: bytes, short_side: int | None) -> np.ndarray:
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        if short_side:
            image.draft("RGB", (short_side, short_side))  # JPEG decodes straight to a smaller size
        return np.array(ImageOps.exif_transpose(image).convert("RGB"))


def _read(content: bytes, short_side: int | None) -> np.ndarray:
    file = io.BytesIO(content)
    return reduce(file, short_side) if short_side else read(file).rgb
