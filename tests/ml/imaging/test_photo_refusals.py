"""Files that are not photos, or too much of one, are refused with a reason."""

import contextlib
from io import BytesIO

import numpy as np
import pytest

from ml.imaging import photos
from tests.ml import files


def refused(file: BytesIO, limits: photos.Limits = photos.DEFAULT_LIMITS) -> photos.PhotoError:
    """The error a file gets, the same from `inspect` and `read`."""
    with pytest.raises(photos.PhotoError) as inspected:
        photos.inspect(file, limits)
    with pytest.raises(photos.PhotoError) as read:
        photos.read(file, limits)
    assert inspected.value.code == read.value.code
    assert inspected.value.message == read.value.message
    assert "{" not in read.value.message
    return read.value


# What is refused


def test_empty_file_is_refused():
    assert refused(BytesIO()).code == "empty_file"


def test_text_file_is_refused():
    error = refused(BytesIO(b"Dear grandmother,\n" * 50))
    assert error.code == "not_a_photo"
    assert "JPEG" in error.message


@pytest.mark.parametrize("head", [b"", b"<?xml version='1.0'?>\n<!-- made by hand -->\n"])
def test_an_svg_is_refused_with_the_advice_to_make_it_a_png(head: bytes):
    error = refused(BytesIO(head + b"<svg xmlns='http://www.w3.org/2000/svg'></svg>"))
    assert error.code == "vector_drawing"
    assert "PNG" in error.message


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"II\xbc\1", "JPEG XR"), (b"8BPS\0\1", "Photoshop"), (b"\0\0\0\x18ftypmp42", "Video")],
)
def test_known_other_formats_are_named(head: bytes, kind: str):
    error = refused(BytesIO(head + bytes(100)))
    assert error.code == "unsupported_format"
    assert error.message.startswith(kind)


def test_formats_outside_the_list_stay_shut():
    for kind in ("PPM", "ICNS", "PCX", "TGA", "DDS"):
        refused(files.encoded(files.ramp(), kind))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP", "AVIF", "HEIF"])
def test_truncated_files_of_other_formats_are_refused(kind: str):
    whole = files.encoded(files.colorful(640, 480), kind).getvalue()
    assert refused(BytesIO(whole[: len(whole) // 2])).code in {"truncated", "damaged"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "HEIF"])
def test_broken_bytes_never_raise_anything_else(kind: str):
    whole = files.encoded(files.colorful(), kind).getvalue()
    rng = np.random.default_rng(0)
    for _ in range(40):
        broken = bytearray(whole)
        for at in rng.integers(0, len(broken), 8):
            broken[at] = rng.integers(0, 256)
        for do in (photos.inspect, photos.read):
            with contextlib.suppress(photos.PhotoError):
                do(BytesIO(broken))


def test_pixel_bomb_is_refused_before_decoding():
    error = refused(files.png_header(60_000, 60_000))
    assert error.code == "too_many_pixels"
    assert "the limit is 150" in error.message


def test_pixel_limit_is_exact():
    limits = photos.Limits(max_pixels=64 * 48)
    assert photos.read(files.encoded(files.ramp(), "PNG"), limits).rgb.shape == (48, 64, 3)
    assert refused(files.encoded(files.ramp(65, 48), "PNG"), limits).code == "too_many_pixels"


def test_byte_limit_is_exact():
    file = files.encoded(files.ramp(), "PNG")
    size = len(file.getvalue())
    photos.inspect(file, photos.Limits(max_bytes=size))
    assert refused(file, photos.Limits(max_bytes=size - 1)).code == "too_many_bytes"


def test_camera_raw_that_cannot_be_developed_is_named():
    for head in (b"FUJIFILMCCD-RAW ", b"IIRO", b"\0\0\0\x18ftypcrx "):
        error = refused(BytesIO(head + bytes(3000)))
        assert (error.code, error.params) == ("unsupported_format", {"kind": "Camera raw"})


def test_strip_up_to_the_aspect_limit_is_read():
    assert photos.read(files.encoded(files.ramp(1, 20), "PNG")).rgb.shape == (20, 1, 3)
    error = refused(files.encoded(files.ramp(1, 21), "PNG"))
    assert error.code == "too_narrow"
    assert "1 x 21" in error.message
