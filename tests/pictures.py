"""Photos made by code."""

from io import BytesIO

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def scene(width: int = 320, height: int = 240, seed: int = 0) -> np.ndarray:
    """A soft gray landscape: sky above, ground with texture below. uint8, height x width."""
    rng = np.random.default_rng(seed)
    y = np.linspace(0, 1, height)[:, None]
    hills = 0.5 + 0.1 * np.sin(np.linspace(0, 9, width) + seed)[None, :]
    ground = 90 + 40 * y + rng.normal(0, 12, (height, width))
    sky = 225 - 60 * y + np.zeros((1, width))
    return np.where(y > hills, ground, sky).clip(0, 255).astype(np.uint8)


def encoded(kind: str = "JPEG", width: int = 320, height: int = 240, seed: int = 0) -> bytes:
    """A gray photo as a file's bytes."""
    buffer = BytesIO()
    Image.fromarray(scene(width, height, seed)).save(buffer, kind)
    return buffer.getvalue()


def upload(name: str = "old.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    """A photo as a form sends it."""
    return SimpleUploadedFile(name, encoded() if content is None else content)
