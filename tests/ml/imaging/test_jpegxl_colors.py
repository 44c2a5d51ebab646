"""JPEG XL in other colors than sRGB is read right where its header says which, or with a note."""

import base64
from io import BytesIO

import imagecodecs
import numpy as np
import pytest

from ml.imaging import photos
from ml.imaging.readers import color_tags
from tests.ml import files

# Made of 8 x 8 pixels of one color by `cjxl` of libjxl 0.7, since imagecodecs writes sRGB only.
P3 = "/wpBQEImFwIAEogCANQAXeUSAAAVKqOMG7yc6/nyQ4fFtI3rDG21bWFJosg4NkkncEgSa8DGBdgDA2CYOT7mgRJVkgA="
LOSSY = (
    "/wpBQApvFQNyYiKAsBpzDxUhhGyu7+erVGfoBNf0vUk0tYQn1OzS4GipgdFTg+O1PqYwoXWX0AhERmMjMsTXunkR"
    "HRsAMofNOf0AX/GeKtscZZMAxwEqcE8UtCpkJkdCEZ/NYNLxh3gFiU9hSShZp0RCosNnExqkJoXMkskH4lRAgg8F"
    "FhIoSR1KkEAiDnzYEGJAigkFMixkciPsVLIZPBaHT2JxOD/GqIQNAx4sOPAh4Xo7uQf+NT+POVdk/K4jPBm+orkD"
    "UK9LeE4eTuoGGkyG/a4g7QwI5EP7zQFjOQcAABKIAgDUAF3lEgAAFSqjjBu8nOv58kOHxbSN6wxttW1hSaLIODZJ"
    "J3BIEovAxgU2AwNgMHPQmAZKXEkC"
)
LOSSLESS = (
    "/wpBQAhvFQNyYiKAsBpzDxUhhGyu7+erVGfoBNf0vUk0tYQn1OzS4GipgdFTg+O1PqYwoXWX0AhERmMjMsTXunkR"
    "HRsAMofNOf0AX/GeKtscZZMAxwEqcE8UtCpkJkdCEZ/NYNLxh3gFiU9hSShZp0RCosNnExqkJoXMkskH4lRAgg8F"
    "FhIoSR1KkEAiDnzYEGJAigkFMixkciPsVLIZPBaHT2JxOD/GqIQNAx4sOPAh4Xo7uQf+NT+POVdk/K4jPBm+orkD"
    "UK9LeE4eTuoGGkyG/a4g7QwI5EP7zQFjOQcACAIBAFwASxiLFcJJAuYFIgAY8otoAAAAAAAAAAA="
)
STORED = [200, 60, 90]
IN_P3, IN_ADOBE_RGB = [217, 42, 88], [231, 57, 91]
"""What those numbers are in sRGB."""


def read(content: bytes) -> tuple[list[int], list[str]]:
    """A photo of one color: that color, and the codes of its notes."""
    rgb = photos.read(BytesIO(content)).rgb
    codes = [note["code"] for note in photos.inspect(BytesIO(content)).notes]
    return rgb[0, 0].tolist(), codes


@pytest.mark.parametrize(
    ("content", "color", "codes"),
    [
        (P3, IN_P3, []),
        (LOSSY, IN_ADOBE_RGB, ["coarse_tones"]),
        (LOSSLESS, STORED, ["profile_ignored"]),
    ],
    ids=["named colors", "lossy with a profile", "lossless with a profile"],
)
def test_other_colors_are_read_or_noted(content: str, color: list[int], codes: list[str]):
    found, noted = read(base64.b64decode(content))
    assert np.abs(np.subtract(found, color)).max() <= 4
    assert noted == codes


def test_a_jpeg_in_a_jpeg_xl_keeps_its_profile():
    profile = files.swapped_channels_profile()
    jpeg = files.encoded(files.colorful(), "JPEG", quality=95, icc_profile=profile).getvalue()
    content = bytes(imagecodecs.jpegxl_encode_jpeg(jpeg))
    ours, theirs = (photos.read(BytesIO(each)).rgb.astype(int) for each in (content, jpeg))
    assert np.abs(ours - theirs).mean() < 1
    assert photos.inspect(BytesIO(content)).notes == []


def test_floating_point_is_light():
    light = files.colorful().astype(np.float32) / 255
    content = bytes(imagecodecs.jpegxl_encode(light, lossless=True))
    png = files.encoded(files.colorful(), "PNG", icc_profile=color_tags.of_gamma(1.0))
    ours, theirs = photos.read(BytesIO(content)).rgb, photos.read(png).rgb
    assert np.abs(ours.astype(int) - theirs).mean() < 1
