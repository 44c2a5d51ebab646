"""What archives and scanners give: JPEG 2000, JPEG XL, scans in PDFs and camera raw."""

from io import BytesIO

import imagecodecs
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from ml.imaging import photos
from tests.ml import files

GRAY = files.ramp(160, 120)
COLOR = np.dstack([GRAY] * 3)
OPAQUE = np.full_like(GRAY, 255)
KINDS = {
    "gray": GRAY,
    "gray, 16 bits": GRAY.astype(np.uint16) * 257,
    "color": COLOR,
    "color, 16 bits": COLOR.astype(np.uint16) * 257,
    "gray and alpha": np.dstack([GRAY, OPAQUE]),
    "color and alpha": np.dstack([COLOR, OPAQUE]),
}


def distance(content: bytes | bytearray, name: str) -> float:
    """How far the photo is from the ramp, in levels on average."""
    photo = photos.read(BytesIO(content))
    assert photo.format == photos.inspect(BytesIO(content)).format == name
    return float(np.abs(photos.gray(photo.rgb).astype(int) - GRAY).mean())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("container", ["jp2", "j2k"])
def test_jpeg_2000_is_read(kind: str, container: str):
    content = imagecodecs.jpeg2k_encode(KINDS[kind], codecformat=container, level=0)
    assert distance(content, "jp2") < 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("container", [False, True])
def test_jpeg_xl_is_read(kind: str, container: bool):
    content = files.jpeg_xl(KINDS[kind], lossless=True, usecontainer=container)
    assert distance(content, "jxl") < 1


@pytest.mark.parametrize("size", [(640, 480), (8, 8), (256, 200), (1000, 3), (37, 59)])
def test_the_size_of_a_jpeg_xl_is_known_before_it_is_decoded(size: tuple[int, int]):
    width, height = size
    content = imagecodecs.jpegxl_encode(files.ramp(width, height), lossless=True)
    limits = photos.Limits(max_pixels=width * height, max_aspect=1000)
    assert photos.size(BytesIO(content), limits) == size
    limits = photos.Limits(max_pixels=width * height - 1, max_aspect=1000)
    with pytest.raises(photos.PhotoError) as refused:
        photos.size(BytesIO(content), limits)
    assert refused.value.code == "too_many_pixels"


def pdf(*pixels: np.ndarray, dpi: int = 300) -> bytes:
    """A PDF with a picture on each page."""
    first, *others = (Image.fromarray(each) for each in pixels)
    options = {"resolution": dpi, "save_all": True, "append_images": others, "quality": 95}
    return files.encoded(first, "PDF", **options).getvalue()


@pytest.mark.parametrize("pixels", [GRAY, COLOR], ids=["gray", "color"])
def test_a_scan_in_a_pdf_is_read_in_its_own_resolution(pixels: np.ndarray):
    content = pdf(pixels)
    assert distance(content, "pdf") < 1
    photo = photos.read(BytesIO(content))
    assert photo.rgb.shape == (120, 160, 3)
    assert photo.dpi == pytest.approx((300, 300), abs=0.01)


def test_every_page_of_a_pdf_can_be_read():
    content = pdf(GRAY, 255 - GRAY)
    assert photos.pages(BytesIO(content)) == 2
    second = photos.read(BytesIO(content), page=2)
    assert np.abs(photos.gray(second.rgb).astype(int) - (255 - GRAY)).mean() < 1


def test_a_pdf_of_text_is_told_so():
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    file = BytesIO()
    document.save(file)
    with pytest.raises(photos.PhotoError) as refused:
        photos.inspect(file)
    assert (refused.value.code, refused.value.params) == ("no_picture_on_page", {"page": 1})
    assert photos.pages(file) == 1


def raw() -> BytesIO:
    """Camera raw, half dark and half light."""
    light = np.full((240, 320, 3), 8000, np.uint16)
    light[:, 160:] = 40_000
    return files.camera_raw(light)


def test_camera_raw_is_what_the_sensor_saw_and_not_its_small_preview():
    photo = photos.read(raw(), deep=True)
    assert (photo.format, photo.rgb.shape) == ("raw", (240, 320, 3))
    assert photo.rgb.dtype == np.uint16
    gray = photos.gray(photo.rgb).astype(int)
    assert gray[:, :150].max() + 30 < gray[:, 170:].min()
    assert photos.inspect(raw()).format == "raw"


@pytest.mark.parametrize("kind", ["jp2", "jxl", "pdf"])
def test_a_file_that_is_cut_is_told_to_be_cut(kind: str):
    whole = {
        "jp2": imagecodecs.jpeg2k_encode(COLOR, codecformat="jp2", level=0),
        "jxl": imagecodecs.jpegxl_encode(COLOR, lossless=True, usecontainer=True),
        "pdf": pdf(COLOR),
    }[kind]
    with pytest.raises(photos.PhotoError) as refused:
        photos.read(BytesIO(whole[: len(whole) // 3]))
    assert refused.value.code in {"truncated", "damaged"}
