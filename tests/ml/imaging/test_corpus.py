"""Photo files of every kind are read as independent readers read them, or refused by a known code.

libvips, with its color management, has the last word on what it can read; of what it cannot, the
pixels that the file was made from. HEIC is compared to `heif-convert` (Debian: libheif-examples)
where that is installed.
"""

import csv
import shutil
import subprocess
import tempfile
from collections import Counter
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.imaging import photos
from tests.ml.imaging.corpus import Case, corpus

pytestmark = pytest.mark.long

REFUSALS = Path(__file__).with_name("refusals.csv")
"""Every file that is refused: its name, the code, and why."""
LEVELS = 3
"""On average, between our reading and the other one."""
LEAST_READ = 0.97


def test_every_kind_of_file_is_read_right_or_refused_by_its_name():
    cases = corpus()
    assert len({case.name for case in cases}) == len(cases) >= 300
    refused: dict[str, str] = {}
    wrong: dict[str, float] = {}
    readers: Counter[str] = Counter()
    for case in cases:
        try:
            ours = photos.read(BytesIO(case.content)).rgb
        except photos.PhotoError as error:
            refused[case.name] = error.code
            continue
        reader, theirs = read_by_others(case)
        readers[reader] += 1
        far = distance(ours, theirs)
        if far > LEVELS:
            wrong[f"{case.name} ({reader})"] = far
    print(f"{len(cases)} files, {dict(readers)}, {len(refused)} refused, {len(wrong)} wrong")
    with REFUSALS.open() as file:
        expected = {row["file"]: row["code"] for row in csv.DictReader(file)}
    assert wrong == {}
    assert refused == expected
    assert len(refused) <= (1 - LEAST_READ) * len(cases)


def read_by_others(case: Case) -> tuple[str, np.ndarray]:
    """Who says what a file shows, and what: uint8 H,W,3."""
    if case.name.startswith("heic ") and shutil.which("heif-convert"):
        return "heif-convert", by_heif_convert(case.content)
    if case.shows is not None:
        return "truth", case.shows
    return "libvips", by_libvips(case.content)


def by_heif_convert(content: bytes | bytearray) -> np.ndarray:
    """The file as libheif's own program has it, which is not a part of our environment."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.heic", Path(folder) / "a.png"
        source.write_bytes(content)
        command = ["heif-convert", str(source), str(target)]
        subprocess.run(command, check=True, capture_output=True)
        return np.asarray(Image.open(target).convert("RGB"))


def by_libvips(content: bytes | bytearray) -> np.ndarray:
    """The file upright in sRGB as libvips has it, without alpha."""
    import pyvips  # noqa: PLC0415 (a large library, which only this test needs)

    # A thumbnail that may be as large as it likes is the picture itself, upright and in sRGB.
    image = pyvips.Image.thumbnail_buffer(
        bytes(content), 10_000, size="down", export_profile="srgb", intent="relative"
    )
    if image.hasalpha():
        image = image[: image.bands - 1]
    pixels: np.ndarray = image.cast("uchar").numpy()
    return np.dstack([pixels] * 3) if pixels.ndim == 2 else pixels


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Levels between two pictures, on average; 255 for other sizes."""
    if one.shape != other.shape:
        return 255.0
    return float(np.abs(one.astype(int) - other).mean())
