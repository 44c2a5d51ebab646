"""Files that lost their end: a JPEG shows what it has and says what is missing, others say so."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from ml.imaging import photos
from tests.ml import files

GRAY = files.ramp(320, 240)


def jpeg(pixels: np.ndarray = GRAY, **options) -> bytes:
    return files.encoded(pixels, "JPEG", quality=95, **options).getvalue()


def notes(content: bytes) -> list:
    return photos.inspect(BytesIO(content)).notes


@pytest.mark.parametrize("missing", [2, 10])
def test_a_jpeg_without_its_end_is_read_and_says_so(missing: int):
    content = jpeg()[:-missing]
    assert np.abs(photos.read(BytesIO(content)).rgb[..., 0].astype(int) - GRAY).mean() < 1
    assert notes(content) == [{"code": "end_missing"}]


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_missing_rows_are_mid_gray_and_counted(mode: str):
    image = Image.fromarray(files.colorful(320, 240)).convert(mode)
    content = files.encoded(image, "JPEG", quality=95).getvalue()
    content = content[: len(content) * 3 // 4]
    [note] = notes(content)
    photo = photos.read(BytesIO(content))
    assert photo.rgb.shape == (240, 320, 3)
    assert note["code"] == "rows_missing"
    rows = 240 - 240 * note["percent"] // 100
    assert 120 <= rows < 240
    assert np.ptp(photo.rgb[rows + 4 :]) <= 1
    assert np.abs(photo.rgb[rows + 4 :].astype(int) - 128).max() <= 1
    assert np.ptp(photo.rgb[: rows - 16], axis=(0, 1)).min() > 50


def test_a_jpeg_with_less_than_half_of_its_rows_is_refused():
    content = jpeg(files.colorful(320, 240))
    with pytest.raises(photos.PhotoError) as refused:
        photos.read(BytesIO(content[: len(content) // 3]))
    assert refused.value.code == "truncated"


def test_zeros_in_place_of_the_end_are_no_rows():
    content = jpeg(files.colorful(320, 240))
    cut = len(content) * 3 // 4
    [note] = notes(content[:cut] + bytes(len(content) - cut))
    assert note["code"] == "rows_missing"


def test_a_progressive_jpeg_without_its_last_scans_is_read():
    content = jpeg(files.colorful(320, 240), progressive=True)
    content = content[: len(content) // 2]
    found = photos.read(BytesIO(content)).rgb.astype(int)
    assert np.abs(found - files.colorful(320, 240)).mean() < 8
    assert notes(content) == [{"code": "detail_missing"}]


def test_a_progressive_jpeg_cut_between_its_scans_is_read():
    content = jpeg(files.colorful(320, 240), progressive=True)
    for table in [at for at in range(len(content)) if content[at : at + 2] == b"\xff\xc4"][4:]:
        assert notes(content[: table + 9]) == [{"code": "detail_missing"}]


def test_what_follows_the_end_is_no_photo():
    assert notes(jpeg() + b"what a phone appends" * 9) == []


@pytest.mark.parametrize(
    ("kind", "bytes_left"),
    [("HEIF", 40), ("HEIF", 300), ("AVIF", 40), ("AVIF", 300), ("WEBP", 30), ("TIFF", 8),
     ("BMP", 60), ("JPEG", 50)],
)  # fmt: skip
def test_a_file_cut_at_its_head_is_told_to_be_cut(kind: str, bytes_left: int):
    whole = files.encoded(files.colorful(), kind).getvalue()
    for do in (photos.inspect, photos.read):
        with pytest.raises(photos.PhotoError) as refused:
            do(BytesIO(whole[:bytes_left]))
        assert refused.value.code == "truncated"
