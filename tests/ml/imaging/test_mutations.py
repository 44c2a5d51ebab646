"""Two thousand broken files of all formats: each is read or refused by a known code."""

import logging
import time
from collections import Counter
from io import BytesIO

import numpy as np
import pytest

from colorweb.testing.mutations import mutated
from ml.imaging import photos
from ml.imaging.photo_errors import ERRORS
from tests.ml import files

pytestmark = pytest.mark.long

COUNT = 2000
SLOWEST = 60  # seconds of one file, for a busy machine; what a decoder may take is less


def whole() -> dict[str, bytes]:
    """Good files of every format and several layouts."""
    color, gray = files.colorful(), files.ramp()
    wide = gray.astype(np.uint16) * 257
    made = {
        "jpeg": files.encoded(color, "JPEG"),
        "progressive": files.encoded(color, "JPEG", progressive=True),
        "camera": files.camera_file(),
        "png": files.encoded(color, "PNG"),
        "png16": files.png_rgb16(color.astype(np.uint16) * 257),
        "webp": files.encoded(color, "WEBP"),
        "lossless": files.encoded(color, "WEBP", lossless=True),
        "tiff": files.encoded(color, "TIFF"),
        "tiff16": files.encoded(wide, "TIFF"),
        "lzw": files.encoded(color, "TIFF", compression="tiff_lzw"),
        "jpeg in tiff": files.encoded(color, "TIFF", compression="jpeg"),
        "planar": files.tiff(np.stack([wide] * 3), photometric="rgb", planarconfig="separate"),
        "float": files.tiff(gray.astype(np.float32) / 255, photometric="minisblack"),
        "linear": files.tiff(wide, iccprofile=files.linear_gray_profile(), compression="deflate"),
        "gamma": files.with_chunks(
            files.encoded(color, "PNG"), (b"gAMA", (10**5).to_bytes(4, "big"))
        ),
        "bmp": files.encoded(color, "BMP"),
        "gif": files.encoded(gray, "GIF"),
        "avif": files.encoded(color, "AVIF"),
        "heic": files.encoded(color, "HEIF"),
        "profile": files.encoded(color, "JPEG", icc_profile=files.swapped_channels_profile()),
    }
    return {name: file.getvalue() for name, file in made.items()}


def test_two_thousand_broken_files_are_read_or_refused_by_known_codes(
    caplog: pytest.LogCaptureFixture,
):
    rng = np.random.default_rng(20)
    sources = whole()
    codes: Counter[str] = Counter()
    with caplog.at_level(logging.WARNING, "ml.imaging"):
        for number in range(COUNT):
            name = list(sources)[number % len(sources)]
            content = mutated(sources[name], rng)
            for do in (photos.inspect, photos.read):
                began = time.monotonic()
                try:
                    do(BytesIO(content))
                    codes["read"] += 1
                except photos.PhotoError as error:
                    codes[error.code] += 1
                assert time.monotonic() - began < SLOWEST, (number, name)
    print(dict(codes))
    assert codes.keys() <= {"read", *ERRORS}
    assert codes.total() == 2 * COUNT
    assert codes["read"] > COUNT / 10
    assert codes["too_complex"] < COUNT / 100
    assert [r.getMessage() for r in caplog.records if "ended the process" in r.getMessage()] == []
