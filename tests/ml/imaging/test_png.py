"""PNGs have the colors that browsers show; numbers are those of Chromium's canvas, to one level."""

import struct
from io import BytesIO

import numpy as np
import pytest

from ml.imaging import photos, srgb
from tests.ml import files

LEVELS = (32, 128, 220)
GRAY = np.repeat(np.array([LEVELS], np.uint8), 3, 0)


def gamma(value: float) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", round(value * 100_000))


def primaries(*numbers: float) -> tuple[bytes, bytes]:
    return b"cHRM", struct.pack(">8I", *(round(number * 100_000) for number in numbers))


def code_points(*numbers: int) -> tuple[bytes, bytes]:
    return b"cICP", bytes(numbers)


SRGB = (b"sRGB", b"\0")
P3 = primaries(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
AS_THEY_ARE = LEVELS


@pytest.mark.parametrize("color", [False, True], ids=["gray", "color"])
@pytest.mark.parametrize(
    ("chunks", "shown"),
    [
        ([gamma(1.0)], (99, 188, 239)),
        ([gamma(0.55)], (42, 146, 227)),
        ([gamma(0.45455)], AS_THEY_ARE),
        ([gamma(0.45455), P3], (26, 129, 221)),
        ([P3], AS_THEY_ARE),
        ([SRGB, gamma(1.0)], AS_THEY_ARE),
        ([code_points(1, 8, 0, 1)], (99, 188, 239)),
        ([code_points(1, 13, 0, 1), gamma(1.0)], AS_THEY_ARE),
        ([code_points(1, 1, 0, 1)], (20, 121, 218)),
        ([code_points(1, 4, 0, 1)], (26, 129, 221)),
        ([code_points(12, 17, 0, 1)], (15, 118, 224)),
        ([code_points(9, 16, 0, 1)], (5, 132, 255)),
        ([code_points(1, 8, 0, 0)], AS_THEY_ARE),
        ([code_points(99, 99, 0, 1)], AS_THEY_ARE),
        ([gamma(0.0)], AS_THEY_ARE),
    ],
)
def test_colors_are_those_of_a_browser(chunks, shown, color: bool):
    pixels = np.repeat(GRAY[..., None], 3, 2) if color else GRAY
    file = files.with_chunks(files.encoded(pixels, "PNG"), *chunks)
    rgb = photos.read(file).rgb.astype(int)
    assert np.abs(rgb[0] - np.array(shown)[:, None]).max() <= 1
    assert photos.inspect(file).notes == []


def test_a_profile_goes_before_gamma():
    wide = files.encoded(files.colorful(), "PNG", icc_profile=files.swapped_channels_profile())
    plain = photos.read(wide).rgb
    assert np.array_equal(photos.read(files.with_chunks(wide, gamma(1.0))).rgb, plain)


def test_a_comment_with_a_wrong_checksum_spoils_nothing():
    file = files.encoded(GRAY, "PNG")
    broken = files.with_chunks(file, (b"tEXt", b"Comment\0hello"), wrong=True)
    assert np.array_equal(photos.read(broken).rgb[..., 0], GRAY)


def test_a_profile_with_a_wrong_checksum_is_left_out():
    broken = files.with_chunks(files.encoded(GRAY, "PNG"), gamma(1.0), wrong=True)
    assert np.array_equal(photos.read(broken).rgb[..., 0], GRAY)


def test_a_png_without_its_end_is_read():
    whole = files.encoded(GRAY, "PNG").getvalue()
    assert np.array_equal(photos.read(BytesIO(whole[:-12])).rgb[..., 0], GRAY)


def test_linear_light_of_16_bits_keeps_its_levels():
    share = np.linspace(0, 0.05, 256)
    light = np.tile(np.rint(share * 65535).astype(np.uint16), (64, 1))
    file = files.with_chunks(files.encoded(light, "PNG"), gamma(1.0))
    expected = np.rint(srgb.encoded(share) * 255)
    assert np.abs(photos.read(file).rgb[0, :, 0].astype(int) - expected).max() <= 1
    assert len(np.unique(photos.read(file).rgb)) >= 60


def test_the_transparent_gray_of_16_bits_is_transparent():
    wide = files.ramp().astype(np.uint16) * 257
    key = int(wide[0, 20])
    file = files.with_chunks(files.encoded(wide, "PNG"), (b"tRNS", struct.pack(">H", key)))
    photo = photos.read(file)
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha == 0, wide == key)
