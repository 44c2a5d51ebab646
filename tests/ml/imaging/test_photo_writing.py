"""Results as files."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from ml.imaging import photos
from tests.ml import files

# What is written


def test_jpeg_is_written_without_losing_chroma_resolution():
    file = BytesIO()
    pixels = files.colorful()
    before = pixels.copy()
    photos.write(file, pixels)
    file.seek(0)
    image = Image.open(file)
    assert JpegImagePlugin.get_sampling(image) == 0
    assert np.array_equal(pixels, before)
    assert np.abs(np.asarray(image).astype(int) - pixels).mean() < 1


def test_read_only_pixels_can_be_written():
    pixels = files.colorful()
    pixels.flags.writeable = False
    photos.write(BytesIO(), pixels)


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_alpha_is_written_where_the_format_has_it(kind: str):
    file = BytesIO()
    alpha = files.ramp(96, 64)
    photos.write(file, files.colorful(), alpha=alpha, format=kind)
    photo = photos.read(file)
    assert photo.format == kind
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha, alpha)


def test_jpeg_puts_transparent_places_on_white():
    file = BytesIO()
    photos.write(file, np.zeros((16, 16, 3), np.uint8), alpha=np.zeros((16, 16), np.uint8))
    assert (photos.read(file).rgb == 255).all()


def test_failed_write_leaves_the_old_file(tmp_path: Path):
    path = tmp_path / "photo.webp"
    path.write_bytes(b"old")
    with pytest.raises(photos.PhotoError) as error:
        photos.write(path, np.zeros((1, 20_000, 3), np.uint8), format="webp")
    assert error.value.code == "too_large_for_format"
    with pytest.raises(TypeError):
        photos.write(path, np.zeros((4, 4, 3), np.complex64), format="png")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
