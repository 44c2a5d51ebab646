"""What people bring, and what becomes of it: colored right, or refused with a code."""

import contextlib
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, JpegImagePlugin, TiffImagePlugin

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


def is_gray(rgb: np.ndarray) -> bool:
    return not np.ptp(rgb, axis=2).any()


# What is refused


def test_empty_file_is_refused():
    assert refused(BytesIO()).code == "empty_file"


def test_text_file_is_refused():
    error = refused(BytesIO(b"Dear grandmother,\n" * 50))
    assert error.code == "not_a_photo"
    assert "JPEG" in error.message


@pytest.mark.parametrize("head", [b"", b"<?xml version='1.0'?>\n<!-- made by hand -->\n"])
def test_svg_is_told_to_become_png(head: bytes):
    error = refused(BytesIO(head + b"<svg xmlns='http://www.w3.org/2000/svg'></svg>"))
    assert error.code == "vector_drawing"
    assert "PNG" in error.message


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"%PDF-1.7\n", "PDF"), (b"8BPS\0\1", "Photoshop"), (b"\0\0\0\x18ftypmp42", "Video")],
)
def test_known_other_formats_are_named(head: bytes, kind: str):
    error = refused(BytesIO(head + bytes(100)))
    assert error.code == "unsupported_format"
    assert error.message.startswith(kind)


def test_formats_outside_the_list_stay_shut():
    for kind in ("PPM", "ICNS", "PCX", "TGA", "DDS", "JPEG2000"):
        refused(files.encoded(files.ramp(), kind))


@pytest.mark.parametrize("progressive", [False, True])
def test_truncated_jpeg_is_refused(progressive: bool):
    whole = files.encoded(files.colorful(640, 480), "JPEG", progressive=progressive).getvalue()
    assert refused(BytesIO(whole[: len(whole) // 2])).code == "truncated"


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


def test_strip_up_to_the_aspect_limit_is_read():
    assert photos.read(files.encoded(files.ramp(1, 20), "PNG")).rgb.shape == (20, 1, 3)
    error = refused(files.encoded(files.ramp(1, 21), "PNG"))
    assert error.code == "too_narrow"
    assert "1 x 21" in error.message


def test_camera_raw_is_not_mistaken_for_its_thumbnail():
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[254] = 1
    assert refused(files.encoded(files.ramp(), "TIFF", tiffinfo=tags)).code == "unsupported_format"


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
        assert photos.inspect(file).notes == ["first_frame"]
        assert np.abs(photos.read(file).rgb.astype(int) - 10).max() <= 2


def test_pages_give_the_first_and_a_note():
    pages = [Image.fromarray(np.full((20, 30), v, np.uint8)) for v in (10, 200)]
    file = files.encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert photos.inspect(file).notes == ["first_page"]
    assert (photos.read(file).rgb == 10).all()


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
    assert photos.inspect(file).notes == ["profile_ignored"]


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
    for tone in (gray.repeat(3, 2).astype(np.uint8), sepia, stained, sepia[..., ::-1]):
        assert not photos.inspect(files.encoded(tone, "JPEG")).has_color
    assert photos.inspect(files.encoded(files.colorful(), "JPEG")).has_color


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


def test_photos_never_import_torch():
    code = "import sys, ml.imaging.photos, ml.imaging.framing, ml.versions.catalog; "
    code += "print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
