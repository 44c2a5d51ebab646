"""What people bring, and what becomes of it: colored right, or refused with a code."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from ml.imaging import photos
from ml.imaging.srgb import lightness
from tests.ml import files


def is_gray(rgb: np.ndarray) -> bool:
    return not np.ptp(rgb, axis=2).any()


# What is read


def test_single_pixel_is_read():
    photo = photos.read(files.encoded(np.array([[77]], np.uint8), "PNG"))
    assert photo.rgb.tolist() == [[[77, 77, 77]]]
    assert photos.inspect(files.encoded(np.array([[77]], np.uint8), "PNG")).width == 1


@pytest.mark.parametrize(
    ("kind", "name"),
    [("PNG", "png"), ("TIFF", "tiff"), ("BMP", "bmp"), ("GIF", "gif"), ("JPEG", "jpeg"),
     ("WEBP", "webp"), ("AVIF", "avif"), ("HEIF", "heic")],
)  # fmt: skip
def test_formats_are_read_by_content(kind: str, name: str, tmp_path: Path):
    path = tmp_path / "photo.txt"
    path.write_bytes(files.encoded(files.ramp(), kind, quality=100).getvalue())
    photo, inspection = photos.read(path), photos.inspect(path)
    assert photo.format == inspection.format == name
    assert inspection.mime.startswith("image/")
    assert (inspection.width, inspection.height) == (64, 48)
    assert np.abs(photo.rgb.astype(int) - files.ramp()[..., None]).max() <= 4


def test_jpeg_is_the_same_as_pillow_decodes_it():
    file = files.encoded(files.colorful(641, 479), "JPEG", quality=80)
    assert np.array_equal(photos.read(file).rgb, np.asarray(Image.open(file)))


def test_gray_jpeg_is_exactly_gray():
    rgb = photos.read(files.encoded(files.ramp(), "JPEG")).rgb
    assert is_gray(rgb)


def test_animation_gives_its_first_frame_and_a_note():
    frames = [Image.fromarray(np.full((20, 30), v, np.uint8)) for v in (10, 200, 90)]
    for kind in ("GIF", "PNG", "WEBP"):
        file = files.encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        assert photos.inspect(file).notes == [{"code": "first_frame"}]
        assert np.abs(photos.read(file).rgb.astype(int) - 10).max() <= 2


def test_pages_give_the_first_and_a_note():
    pages = [Image.fromarray(np.full((20, 30), v, np.uint8)) for v in (10, 200)]
    file = files.encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    inspection = photos.inspect(file)
    assert (inspection.pages, inspection.notes) == (2, [{"code": "pages", "count": 2, "page": 1}])
    assert (photos.read(file).rgb == 10).all()


@pytest.mark.parametrize("kind", ["TIFF", "HEIF"])
def test_every_page_can_be_read(kind: str):
    pages = [Image.fromarray(np.full((20, 30), v, np.uint8)) for v in (10, 200, 90)]
    file = files.encoded(pages[0], kind, save_all=True, append_images=pages[1:])
    assert photos.pages(file) == 3
    for page, value in enumerate((10, 200, 90), 1):
        assert np.abs(photos.read(file, page=page).rgb.astype(int) - value).max() <= 2
        [note] = photos.inspect(file, page=page).notes
        assert note == {"code": "pages", "count": 3, "page": page}


@pytest.mark.parametrize(("kind", "count"), [("TIFF", 1), ("JPEG", 1), ("GIF", 1), ("HEIF", 1)])
def test_a_page_that_is_not_there_is_refused(kind: str, count: int):
    for do in (photos.inspect, photos.read):
        with pytest.raises(photos.PhotoError) as refused:
            do(files.encoded(files.ramp(), kind), page=2)
        assert refused.value.code == "no_such_page"
        assert refused.value.params == {"page": 2, "count": count}


def test_cmyk_jpeg_is_near_its_colors():
    file = files.encoded(Image.fromarray(files.colorful()).convert("CMYK"), "JPEG", quality=100)
    assert b"Adobe" in file.getvalue()  # and so the inks are stored inverted
    assert np.abs(photos.read(file).rgb.astype(int) - files.colorful()).mean() < 3


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_gray_is_scaled(kind: str):
    wide = files.ramp().astype(np.uint16) * 257
    rgb = photos.read(files.encoded(wide, kind)).rgb
    assert np.array_equal(rgb, np.repeat(files.ramp()[..., None], 3, 2))


def test_inverted_16_bit_tiff_is_turned_round():
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[262] = 0
    wide = files.ramp().astype(np.uint16) * 257
    rgb = photos.read(files.encoded(wide, "TIFF", tiffinfo=tags)).rgb
    assert np.array_equal(rgb[..., 0], 255 - files.ramp())


@pytest.mark.parametrize("make", [files.png_rgb16, files.tiff_rgb16])
def test_16_bit_color_is_scaled(make):
    rgb = photos.read(make(files.colorful().astype(np.uint16) * 257)).rgb
    assert np.abs(rgb.astype(int) - files.colorful()).max() <= 1


def test_floating_point_tiff_is_scaled():
    rgb = photos.read(files.encoded(files.ramp().astype(np.float32) / 255, "TIFF")).rgb
    assert np.array_equal(rgb[..., 0], files.ramp())


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_1_bit_is_black_and_white(kind: str):
    mask = files.ramp() > 127
    rgb = photos.read(files.encoded(Image.fromarray(mask), kind)).rgb
    assert np.array_equal(rgb[..., 1], mask * np.uint8(255))


def test_palette_with_transparency_keeps_both():
    image = Image.fromarray(files.quadrants()).convert("P")
    file = files.encoded(image, "PNG", transparency=int(np.asarray(image)[0, 0]))
    photo = photos.read(file)
    assert np.array_equal(photo.rgb[..., 0], files.quadrants())
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha == 0, files.quadrants() == 40)
    assert photos.inspect(file).has_alpha


def test_gray_with_alpha_keeps_both():
    alpha = np.full((48, 64), 255, np.uint8)
    alpha[:10] = 99
    image = Image.merge("LA", [Image.fromarray(files.ramp()), Image.fromarray(alpha)])
    photo = photos.read(files.encoded(image, "PNG"))
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha, alpha)
    assert np.array_equal(photo.rgb[..., 2], files.ramp())


def test_alpha_that_hides_nothing_is_none():
    file = files.encoded(Image.fromarray(files.colorful()).convert("RGBA"), "PNG")
    assert photos.read(file).alpha is None
    assert not photos.inspect(file).has_alpha


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_color_profile_is_applied(kind: str):
    profile = files.swapped_channels_profile()
    file = files.encoded(files.colorful(), kind, icc_profile=profile)
    expected = photos.read(files.encoded(files.colorful(), kind)).rgb[..., ::-1]
    assert np.abs(photos.read(file).rgb.astype(int) - expected).max() <= 2
    assert photos.inspect(file).notes == []


def test_profile_of_srgb_changes_nothing():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = files.encoded(files.colorful(), "PNG", icc_profile=profile)
    assert np.array_equal(photos.read(file).rgb, files.colorful())


def test_profile_leaves_gray_exactly_gray():
    file = files.encoded(files.ramp(), "JPEG", icc_profile=files.swapped_channels_profile())
    assert is_gray(photos.read(file).rgb)


def test_broken_profile_is_ignored_with_a_note():
    file = files.encoded(files.colorful(), "PNG", icc_profile=b"not a profile at all" * 20)
    assert np.array_equal(photos.read(file).rgb, files.colorful())
    assert photos.inspect(file).notes == [{"code": "profile_ignored"}]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photo_comes_the_right_way_up(kind: str, orientation: int):
    upright = Image.fromarray(files.quadrants())
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = files.encoded(stored, kind, exif=exif.tobytes())
    photo, inspection = photos.read(file), photos.inspect(file)
    assert np.abs(photo.rgb[..., 0].astype(int) - files.quadrants()).max() <= 3
    assert (inspection.width, inspection.height) == upright.size
    preview = np.asarray(inspection.preview(1600)).astype(int)
    assert np.abs(preview - files.quadrants()).max() <= 3


# What is said about it


def test_sepia_is_not_color_and_a_color_photo_is():
    rng = np.random.default_rng(0)
    gray = np.clip(files.ramp(320, 240) + rng.normal(0, 8, (240, 320)), 0, 255)[..., None]
    sepia = np.clip(gray * [1.0, 0.86, 0.68] + [20, 10, 0], 0, 255).astype(np.uint8)
    stained = np.clip(gray * [1.0, 0.95, 0.8], 0, 255).astype(np.uint8)
    stained[:, :160] = sepia[:, :160]
    neutral, cyan = gray.repeat(3, 2).astype(np.uint8), sepia[..., ::-1]
    for picture, found in (
        (neutral, (False, False)),
        *((tone, (False, True)) for tone in (sepia, stained, cyan)),
        (files.colorful(), (True, False)),
    ):
        inspection = photos.inspect(files.encoded(picture, "JPEG"))
        assert (inspection.has_color, inspection.toned) == found


def test_preview_is_gray_and_of_the_size_asked_for():
    inspection = photos.inspect(files.encoded(files.colorful(3000, 2000), "JPEG"))
    assert (inspection.width, inspection.height) == (3000, 2000)
    for side in (480, 1600):
        preview = inspection.preview(side)
        assert preview.mode == "L"
        assert preview.size == (side, round(side * 2 / 3))


def test_preview_of_a_large_png_is_the_same_picture_small():
    inspection = photos.inspect(files.encoded(files.ramp(5001, 777), "PNG"))
    preview = np.asarray(inspection.preview(400))
    assert preview.shape == (62, 400)
    assert np.abs(preview.astype(int) - np.linspace(0, 255, 400)).max() <= 2


def test_transparent_places_are_white_in_previews():
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[:20, :, 3] = 255
    preview = np.asarray(photos.inspect(files.encoded(rgba, "PNG")).preview(40))
    assert (preview[:20] == 0).all()
    assert (preview[20:] == 255).all()


def test_gray_of_gray_is_itself():
    grays = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, 2)
    assert np.array_equal(photos.gray(grays), grays[..., 0])


def test_photos_never_import_torch():
    code = "import sys, ml.imaging.photos, ml.imaging.framing, ml.versions.catalog; "
    code += "print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (57, 91)])
def test_range_of_tones_is_that_of_its_percentiles(shape: tuple[int, int]):
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    expected = np.percentile(lightness(rgb), (1, 99))
    found = photos.inspect(files.encoded(rgb, "PNG")).tone_range
    assert np.allclose(found, expected, atol=0.006)
