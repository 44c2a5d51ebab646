"""Sixteen bits stay sixteen: on the way to lightness, and in files that hold them."""

from io import BytesIO

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from ml.imaging import metadata, photos, srgb
from ml.imaging.chroma import Chroma, render
from tests.ml import files

GRAY = np.tile(np.arange(0, 65536, 16, dtype=np.uint16)[None], (256, 1))
NO_COLOR = Chroma(np.zeros((4, 4, 2), np.float32), np.zeros((4, 4, 2), np.float32))
SOME_COLOR = Chroma(np.full((4, 4, 2), 8, np.float32), np.full((4, 4, 2), 12, np.float32))


def written(pixels: np.ndarray, kind: str, **options) -> BytesIO:
    file = BytesIO()
    photos.write(file, pixels, format=kind, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_a_file_of_16_bits_is_read_in_16_bits(kind: str):
    photo = photos.read(files.encoded(GRAY, kind), deep=True)
    assert photo.rgb.dtype == np.uint16
    assert np.array_equal(photo.rgb[..., 1], GRAY)


def test_a_jpeg_of_12_bits_or_without_loss_is_read():
    gray = np.ascontiguousarray(GRAY[:, ::16])
    twelve = imagecodecs.jpeg8_encode(gray >> 4, level=98, bitspersample=12)
    lossless = imagecodecs.jpeg8_encode(gray, lossless=True, bitspersample=16)
    for content, far in ((twelve, 100), (lossless, 0)):
        found = photos.read(BytesIO(content), deep=True).rgb[..., 0].astype(int)
        assert np.abs(found - gray).mean() <= far
    assert photos.inspect(BytesIO(twelve)).depth == 16


def test_a_file_of_8_bits_is_read_in_8_bits():
    assert photos.read(files.encoded(files.ramp(), "PNG"), deep=True).rgb.dtype == np.uint8


def test_gray_of_16_bits_stays_as_it_is_without_colors():
    rgb = np.dstack([GRAY] * 3)
    found = render(rgb.copy(), NO_COLOR, depth=16)
    assert found.dtype == np.uint16
    assert np.abs(found.astype(int) - rgb).max() <= 2


def test_depths_of_8_and_16_bits_show_the_same():
    rgb = np.dstack([GRAY] * 3)
    deep = render(rgb.copy(), SOME_COLOR, depth=16)
    eight = render(srgb.as_bytes(rgb), SOME_COLOR)
    assert np.abs(srgb.as_bytes(deep).astype(int) - eight).max() <= 2
    assert np.abs(render(rgb.copy(), SOME_COLOR).astype(int) - eight).max() <= 2


def test_lightness_of_16_bits_has_more_levels_than_that_of_8():
    dark = np.dstack([GRAY[:, :256]] * 3)
    found = srgb.lightness(dark)[0]
    assert len(np.unique(found)) == 256
    assert np.abs(found - srgb.lightness(srgb.as_bytes(dark))[0]).max() < 0.5


@pytest.mark.parametrize("kind", ["png", "tiff"])
@pytest.mark.parametrize("has_alpha", [False, True])
def test_16_bits_are_written_with_all_that_is_known(kind: str, has_alpha: bool):
    pixels = np.random.default_rng(0).integers(0, 65536, (40, 60, 3), np.uint16)
    alpha = files.ramp(60, 40) if has_alpha else None
    exif = photos.read(files.camera_file()).exif
    xmp = metadata.made_by("a", "1")
    file = written(pixels, kind, alpha=alpha, exif=exif, xmp=xmp, dpi=(600, 300))
    photo = photos.read(file, deep=True)
    assert np.array_equal(photo.rgb, pixels)
    if alpha is None:
        assert photo.alpha is None
    else:
        assert photo.alpha is not None
        assert np.array_equal(photo.alpha, alpha)
    assert photo.dpi == pytest.approx((600, 300), abs=0.1)
    assert b"1958:08:03 11:20:00" in photo.exif
    assert b"Leitz" in photo.exif


def test_8_bits_a_channel_is_all_that_other_formats_hold():
    with pytest.raises(ValueError, match="8 bits"):
        written(np.zeros((4, 4, 3), np.uint16), "jpeg")


@pytest.mark.parametrize("kind", photos.MAX_SIDE)
def test_every_format_says_how_large_a_photo_prints(kind: str):
    pixels = np.zeros((40, 60, 3), np.uint8)
    for exif in (b"", photos.read(files.camera_file()).exif):
        found = photos.read(written(pixels, kind, exif=exif, dpi=(600, 600))).dpi
        assert found == pytest.approx((600, 600), abs=0.1)
        assert photos.read(written(pixels, kind, exif=exif)).dpi is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP"])
def test_the_resolution_of_a_file_is_known(kind: str):
    found = photos.read(files.encoded(files.ramp(), kind, dpi=(600, 600))).dpi
    assert found == pytest.approx((600, 600), abs=0.1)


def test_resolution_turns_with_the_photo():
    exif = Image.Exif()
    exif[0x0112] = 6
    file = files.encoded(files.ramp(), "JPEG", dpi=(600, 300), exif=exif)
    assert photos.read(file).dpi == (300, 600)


def test_exif_that_is_too_long_fails_nothing():
    exif = Image.Exif()
    exif[0x010F], exif[0x010E] = "Leitz", "x" * 20_000
    shot = {0x8827: tuple(range(12_000)), 0x9003: "1958:08:03 11:20:00"}
    exif[0x8769] = shot
    photo = photos.read(files.encoded(files.ramp(), "JPEG", exif=exif))
    assert len(photo.exif) < 1000
    assert b"Leitz" in photo.exif
    for kind in photos.MAX_SIDE:
        written(photo.rgb, kind, exif=photo.exif)
