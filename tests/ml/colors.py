"""Color photos made by code: sky over grass, a red roof, a little noise."""

import io
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image


def landscape(seed: int = 0, width: int = 80, height: int = 64) -> np.ndarray:
    """uint8 H,W,3."""
    rng = np.random.default_rng(seed)
    horizon = rng.integers(height // 3, 2 * height // 3)
    rgb = np.empty((height, width, 3))
    rgb[:horizon] = (110, 160, 230)
    rgb[horizon:] = (70, 140, 50)
    left = rng.integers(width // 2)
    rgb[horizon - 8 : horizon, left : left + 20] = (190, 50, 40)
    rgb += rng.normal(0, 6, (height, width, 1))
    return rgb.clip(0, 255).astype(np.uint8)


def png(rgb: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    return buffer.getvalue()


def folder(path: Path, count: int = 12) -> Path:
    """A folder of landscapes."""
    path.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        (path / f"{seed:03}.png").write_bytes(png(landscape(seed)))
    return path


def tar(path: Path, files: dict[str, bytes]) -> Path:
    """A tar of these files."""
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path
