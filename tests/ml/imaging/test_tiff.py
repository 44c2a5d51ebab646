"""TIFFs of every depth and layout show their picture, or are refused by their name."""

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from tifffile import TiffWriter

from ml.imaging import photos, srgb
from tests.ml import files

GRAY = files.ramp()
WIDE = GRAY.astype(np.uint16) * 257
SHARE = GRAY.astype(np.float32) / 255
FULL = np.full_like(GRAY, 255)
INKS = np.stack([0 * GRAY, 0 * GRAY, 0 * GRAY, 255 - GRAY], -1)
CHANNELS = np.zeros((12, 40, 60), np.uint16)
BYTE, ASCII, FLOAT = 1, 2, 11  # types of tags

LAYOUTS = {
    "white is zero": files.tiff(255 - GRAY, photometric="miniswhite"),
    "gray, 16 bits, white is zero": files.tiff(65535 - WIDE, photometric="miniswhite"),
    "gray and associated alpha": files.tiff(
        np.stack([GRAY, FULL], -1), photometric="minisblack", extrasamples=["assocalpha"]
    ),
    "gray and alpha, 16 bits": files.tiff(
        np.stack([WIDE, FULL.astype(np.uint16) * 257], -1),
        photometric="minisblack",
        extrasamples=["unassalpha"],
    ),
    "planar, 16 bits": files.tiff(
        np.stack([WIDE] * 3), photometric="rgb", planarconfig="separate"
    ),
    "planar, 8 bits, alpha": files.tiff(
        np.stack([GRAY, GRAY, GRAY, FULL]),
        photometric="rgb",
        planarconfig="separate",
        extrasamples=["unassalpha"],
    ),
    "palette of 8-bit entries": files.tiff(
        GRAY, photometric="palette", colormap=np.stack([np.arange(256)] * 3).astype(np.uint16)
    ),
    "palette of 16-bit entries": files.tiff(
        GRAY, photometric="palette", colormap=np.stack([np.arange(256) * 257] * 3).astype(np.uint16)
    ),
    "inks": files.tiff(INKS, photometric="separated"),
    "inks and alpha": files.tiff(
        np.dstack([INKS, FULL]), photometric="separated", extrasamples=["unassalpha"]
    ),
    "inks, 16 bits": files.tiff(INKS.astype(np.uint16) * 257, photometric="separated"),
    "color, floating point": files.tiff(np.stack([SHARE] * 3, -1), photometric="rgb"),
    "gray, half floats": files.tiff(SHARE.astype(np.float16), photometric="minisblack"),
    "gray, 32-bit integers": files.tiff(
        GRAY.astype(np.uint32) * 0x01010101, photometric="minisblack"
    ),
    "gray, signed": files.tiff(
        (WIDE.astype(np.int32) - 32768).astype(np.int16), photometric="minisblack"
    ),
    "big-endian BigTIFF": files.tiff(
        GRAY, photometric="minisblack", bigtiff=True, byteorder=">"
    ),
    "tiles and LZW": files.tiff(
        GRAY, photometric="minisblack", tile=(16, 16), compression="lzw", predictor=True
    ),
    "an unspecified channel": files.tiff(
        np.dstack([GRAY, GRAY, GRAY, 0 * GRAY]), photometric="rgb", extrasamples=["unspecified"]
    ),
}  # fmt: skip


def grays(file: BytesIO) -> np.ndarray:
    """The photo in gray as int H,W, the same in its preview."""
    read = photos.gray(photos.read(file).rgb).astype(int)
    assert np.abs(photos.gray(photos.inspect(file).small).astype(int) - read).max() <= 1
    return read


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read_to_a_level(layout: str):
    assert np.abs(grays(LAYOUTS[layout]) - GRAY).max() <= 1


@pytest.mark.parametrize("compression", ["jpeg", "tiff_ccitt", "group3", "group4"])
def test_compressions_of_fax_and_jpeg_are_read(compression: str):
    bits = GRAY > 127
    if compression == "jpeg":
        file, expected = files.encoded(GRAY, "TIFF", compression=compression, quality=95), GRAY
    else:
        file = files.encoded(Image.fromarray(bits), "TIFF", compression=compression)
        expected = bits * np.uint8(255)
    assert np.abs(grays(file) - expected).mean() < 2


def test_colors_in_lab_are_those_of_srgb():
    lab = np.zeros((48, 64, 3))
    lab[..., 0] = np.linspace(0, 100, 64)
    expected = np.rint(srgb.encoded(_luminance(lab[..., 0])) * 255)
    eight = np.rint(lab * [2.55, 1, 1]).astype(np.uint8)
    sixteen = np.rint(lab * [655.35, 256, 256]).astype(np.uint16)
    for numbers in (eight, sixteen):
        found = grays(files.tiff(numbers, photometric="cielab"))
        assert np.abs(found - expected).max() <= 1


def _luminance(lightness: np.ndarray) -> np.ndarray:
    """Y of L*, as CIE 1976 has it."""
    f = (lightness + 16) / 116
    return np.where(f > 6 / 29, f**3, (f - 16 / 116) / 7.787)


def test_a_hot_pixel_does_not_darken_the_others():
    hot = np.tile(SHARE, (3, 3))
    hot[5, 5] = 90
    found = grays(files.tiff(hot, photometric="minisblack"))
    found[5, 5] = GRAY[5, 5]
    assert np.abs(found - np.tile(GRAY, (3, 3))).max() <= 1


def test_colors_multiplied_by_their_alpha_are_divided_by_it():
    half = np.full_like(GRAY, 128)
    stored = np.rint(GRAY * (128 / 255)).astype(np.uint8)
    file = files.tiff(
        np.dstack([stored] * 3 + [half]), photometric="rgb", extrasamples=["assocalpha"]
    )
    photo = photos.read(file)
    assert photo.alpha is not None
    assert (photo.alpha == 128).all()
    assert np.abs(photo.rgb[..., 0].astype(int) - GRAY).max() <= 1


@pytest.mark.parametrize(
    ("kind", "count", "value"), [(ASCII, 2, b"0\0"), (BYTE, 1, b"\0"), (FLOAT, 1, bytes(4))]
)
def test_a_tag_of_an_odd_type_spoils_nothing(kind: int, count: int, value: bytes):
    plain = files.tiff(GRAY, photometric="minisblack", subfiletype=0)
    assert np.array_equal(grays(files.retyped(plain, 254, kind, count, value)), GRAY)


@pytest.mark.parametrize("tag", [256, 257, 258, 259, 262, 277, 278])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("is_big", [False, True])
def test_sizes_and_kinds_of_type_byte_are_read(tag: int, order: str, is_big: bool):
    plain = files.tiff(GRAY, photometric="minisblack", byteorder=order, bigtiff=is_big)
    assert np.array_equal(grays(files.as_byte(plain, tag)), GRAY)


def test_orientation_of_type_byte_is_obeyed():
    upright = files.quadrants()
    file = files.tiff(
        np.rot90(upright), photometric="minisblack", extratags=[(274, "B", 1, 6, True)]
    )
    assert np.array_equal(grays(file), upright)


def test_a_profile_is_applied_before_16_bits_become_8():
    dark = np.tile(np.linspace(0.02, 0.32, 256), (64, 1))
    light = np.rint(srgb.linear(dark) * 65535).astype(np.uint16)
    file = files.tiff(light, photometric="minisblack", iccprofile=files.linear_gray_profile())
    expected = np.rint(dark * 255)
    found = grays(file)
    assert np.abs(found - expected).max() <= 1
    assert abs(len(np.unique(found)) - len(np.unique(expected))) <= 1


def test_small_copies_and_masks_are_no_pages():
    file = BytesIO()
    with TiffWriter(file) as writer:
        writer.write(GRAY, photometric="minisblack", metadata=None)
        writer.write(GRAY[::4, ::4], photometric="minisblack", subfiletype=1, metadata=None)
    assert photos.inspect(file).notes == []


def test_a_small_copy_alone_is_the_photo():
    plain = files.tiff(GRAY, photometric="minisblack", subfiletype=0)
    for kind in (b"\1", b"\4"):
        file = files.retyped(plain, 254, 4, 1, kind)
        assert np.array_equal(grays(file), GRAY)
        assert photos.inspect(file).notes == []


def test_a_photo_behind_its_small_copy_is_read():
    file = BytesIO()
    with TiffWriter(file) as writer:
        writer.write(GRAY[::4, ::4], photometric="minisblack", subfiletype=1, metadata=None)
        writer.write(GRAY, photometric="minisblack", metadata=None)
    assert np.array_equal(grays(file), GRAY)


@pytest.mark.parametrize(
    ("pixels", "options", "kind"),
    [
        (CHANNELS, {"planarconfig": "separate"}, "Scientific TIFF (12 channels)"),
        (np.zeros((40, 60), np.complex64), {}, "Scientific TIFF"),
    ],
)
def test_what_is_no_photo_is_refused_by_its_name(pixels, options, kind: str):
    file = files.tiff(pixels, photometric="minisblack", **options)
    for do in (photos.inspect, photos.read):
        with pytest.raises(photos.PhotoError) as refused:
            do(file)
        assert refused.value.code == "unsupported_format"
        assert refused.value.params == {"kind": kind}


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "jpeg"])
def test_luminance_and_chrominance_are_read_on_every_page(compression: str):
    colors = [files.colorful(), 255 - files.colorful()]
    pages = [Image.fromarray(each).convert("YCbCr") for each in colors]
    file = files.encoded(
        pages[0], "TIFF", compression=compression, save_all=True, append_images=pages[1:]
    )
    for page, expected in enumerate(colors, 1):
        found = photos.read(file, page=page).rgb.astype(int)
        assert np.abs(found - expected).mean() < 3
        [note] = photos.inspect(file, page=page).notes
        assert note == {"code": "pages", "count": 2, "page": page}


def test_pages_that_end_before_their_pixels_are_refused_as_incomplete():
    whole = files.tiff(GRAY, photometric="minisblack").getvalue()
    with pytest.raises(photos.PhotoError) as refused:
        photos.read(BytesIO(whole[:-100]))
    assert refused.value.code == "truncated"


def test_pages_that_lead_back_to_earlier_ones_are_counted_once():
    data = bytearray(files.tiff(GRAY, photometric="minisblack", metadata=None).getvalue())
    (first,) = struct.unpack_from("<I", data, 4)
    (tags,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * tags, len(data))
    second = bytes(data[first : first + 6 + 12 * tags])[:-4] + struct.pack("<I", first)
    assert photos.inspect(BytesIO(bytes(data) + second)).notes == [
        {"code": "pages", "count": 2, "page": 1}
    ]
