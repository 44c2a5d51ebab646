"""Several hundred photo files, made by code: every format, depth, layout and kind of color."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import imagecodecs
import numpy as np
from PIL import Image, ImageCms

from tests.ml import files

WIDTH, HEIGHT = 96, 64
COLOR = files.colorful(WIDTH, HEIGHT)
GRAY = np.asarray(Image.fromarray(COLOR).convert("L"))
OPAQUE = np.full_like(GRAY, 255)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PROFILES = {"": None, "srgb": SRGB, "swapped": files.swapped_channels_profile()}
TURNS = (1, 3, 6, 8)


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and what it shows where no independent reader knows the format."""

    name: str
    content: bytes | bytearray
    shows: np.ndarray | None = None


def corpus() -> list[Case]:
    """All of them, each under a name of its own."""
    makers = (_jpeg, _png, _tiff, _tiff_numbers, _webp, _avif, _heic, _others, _archival)
    return [case for maker in makers for case in maker()]


def _pillow(image: Image.Image, kind: str, **options: Any) -> bytes:
    return files.encoded(
        image, kind, **{name: value for name, value in options.items() if value}
    ).getvalue()


def _turned(turn: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = turn
    return exif.tobytes()


def _jpeg() -> Iterator[Case]:
    for mode, progressive, sampling in product(("L", "RGB", "CMYK"), (False, True), (0, 1, 2)):
        image = Image.fromarray(COLOR).convert(mode)
        name = f"jpeg {mode} {'progressive' if progressive else 'baseline'} {sampling}"
        options = {"quality": 95, "progressive": progressive, "subsampling": sampling}
        # libvips takes CMYK without a profile for its own press.
        shows = np.asarray(image.convert("RGB")) if mode == "CMYK" else None
        yield Case(name, _pillow(image, "JPEG", **options), shows)
    for (profile, icc), turn in product(PROFILES.items(), TURNS):
        content = _pillow(
            Image.fromarray(COLOR), "JPEG", quality=95, icc_profile=icc, exif=_turned(turn)
        )
        yield Case(f"jpeg profile {profile} turn {turn}", content)
    for restart in (1, 4):
        image = Image.fromarray(COLOR)
        yield Case(f"jpeg restart {restart}", _pillow(image, "JPEG", restart_marker_rows=restart))


def _png() -> Iterator[Case]:
    modes = ("1", "L", "LA", "P", "RGB", "RGBA")
    for mode, (profile, icc), effort in product(modes, PROFILES.items(), (1, 9)):
        if profile == "swapped" and mode in {"1", "L", "LA"}:
            continue  # a profile of colors on gray is read in more ways than one
        image = Image.fromarray(COLOR).convert(mode)
        content = _pillow(image, "PNG", icc_profile=icc, compress_level=effort)
        yield Case(f"png {mode} profile {profile} effort {effort}", content)
    wide = {
        "gray": GRAY,
        "gray alpha": np.dstack([GRAY, OPAQUE]),
        "color": COLOR,
        "color alpha": np.dstack([COLOR, OPAQUE]),
    }
    for name, pixels in wide.items():
        deep = pixels.astype(np.uint16) * 257
        yield Case(f"png 16 bits {name}", imagecodecs.png_encode(deep))
    for turn in TURNS:
        yield Case(f"png turn {turn}", _pillow(Image.fromarray(COLOR), "PNG", exif=_turned(turn)))


def _tiff() -> Iterator[Case]:
    layouts: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
        "gray": (GRAY, {"photometric": "minisblack"}),
        "white is zero": (255 - GRAY, {"photometric": "miniswhite"}),
        "color": (COLOR, {"photometric": "rgb"}),
        "color alpha": (
            np.dstack([COLOR, OPAQUE]),
            {"photometric": "rgb", "extrasamples": ["unassalpha"]},
        ),
        "color premultiplied": (
            np.dstack([COLOR, OPAQUE]),
            {"photometric": "rgb", "extrasamples": ["assocalpha"]},
        ),
        "gray alpha": (
            np.dstack([GRAY, OPAQUE]),
            {"photometric": "minisblack", "extrasamples": ["unassalpha"]},
        ),
        "inks": (np.dstack([255 - COLOR, 0 * GRAY]), {"photometric": "separated"}),
    }
    ways: dict[str, dict[str, Any]] = {
        "plain": {},
        "lzw": {"compression": "lzw", "predictor": True},
        "deflate": {"compression": "adobe_deflate", "predictor": True},
        "packbits": {"compression": "packbits"},
        "zstd": {"compression": "zstd"},
        "tiles": {"tile": (16, 16), "compression": "adobe_deflate"},
        "strips": {"rowsperstrip": 7},
        "big-endian": {"byteorder": ">"},
        "BigTIFF": {"bigtiff": True},
    }
    for (layout, (pixels, kind)), (way, how), bits in product(
        layouts.items(), ways.items(), (8, 16)
    ):
        if (way, bits) == ("packbits", 16):
            continue
        numbers = pixels if bits == 8 else pixels.astype(np.uint16) * 257
        shows = COLOR if layout == "inks" or way == "zstd" else None  # libvips lacks zstd
        if way == "zstd" and layout in {"gray", "gray alpha", "white is zero"}:
            shows = _three(GRAY)
        yield Case(
            f"tiff {layout} {bits} {way}", files.tiff(numbers, **kind, **how).getvalue(), shows
        )
    for bits, (profile, icc) in product((8, 16), PROFILES.items()):
        numbers = COLOR if bits == 8 else COLOR.astype(np.uint16) * 257
        content = files.tiff(numbers, photometric="rgb", iccprofile=icc).getvalue()
        yield Case(f"tiff {bits} profile {profile}", content)
        planes = np.moveaxis(numbers, -1, 0)
        apart = files.tiff(planes, photometric="rgb", planarconfig="separate", iccprofile=icc)
        yield Case(f"tiff {bits} planes profile {profile}", apart.getvalue())


def _tiff_numbers() -> Iterator[Case]:
    """Kinds of numbers and compressions that few programs agree on: what they show is known."""
    share = COLOR.astype(np.float32) / 255
    gray = GRAY.astype(np.float32) / 255
    for kind in (np.float16, np.float32, np.float64):
        name = np.dtype(kind).name
        content = files.tiff(share.astype(kind), photometric="rgb").getvalue()
        yield Case(f"tiff color {name}", content, COLOR)
        content = files.tiff(gray.astype(kind), photometric="minisblack").getvalue()
        yield Case(f"tiff gray {name}", content, _three(GRAY))
    wide = GRAY.astype(np.uint32) * 0x01010101
    content = files.tiff(wide, photometric="minisblack").getvalue()
    yield Case("tiff gray uint32", content, _three(GRAY))
    ramp = np.stack([np.arange(256)] * 3).astype(np.uint16)
    for entries in (1, 257):
        palette = files.tiff(GRAY, photometric="palette", colormap=ramp * np.uint16(entries))
        yield Case(f"tiff palette x {entries}", palette.getvalue(), _three(GRAY))
    for compression in ("tiff_ccitt", "group3", "group4"):
        bits = GRAY > 127
        content = _pillow(Image.fromarray(bits), "TIFF", compression=compression)
        yield Case(f"tiff {compression}", content, _three(bits * np.uint8(255)))
    for mode in ("L", "RGB", "YCbCr"):
        image = Image.fromarray(COLOR).convert(mode)
        content = _pillow(image, "TIFF", compression="jpeg", quality=95)
        yield Case(f"tiff jpeg {mode}", content, _three(GRAY) if mode == "L" else COLOR)
    for turn in TURNS:
        tags = [(274, "H", 1, turn, True)]
        yield Case(
            f"tiff turn {turn}", files.tiff(COLOR, photometric="rgb", extratags=tags).getvalue()
        )
    many = np.zeros((12, HEIGHT, WIDTH), np.uint16)
    content = files.tiff(many, photometric="minisblack", planarconfig="separate").getvalue()
    yield Case("tiff of 12 channels", content)
    content = files.tiff(np.zeros((HEIGHT, WIDTH), np.complex64)).getvalue()
    yield Case("tiff of complex numbers", content)


def _three(gray: np.ndarray) -> np.ndarray:
    return np.dstack([gray] * 3)


def _webp() -> Iterator[Case]:
    for mode, lossless, (profile, icc) in product(("RGB", "RGBA"), (False, True), PROFILES.items()):
        image = Image.fromarray(COLOR).convert(mode)
        content = _pillow(image, "WEBP", quality=95, lossless=lossless, icc_profile=icc)
        yield Case(f"webp {mode} {'lossless' if lossless else 'lossy'} profile {profile}", content)
    for turn in TURNS:
        content = _pillow(Image.fromarray(COLOR), "WEBP", lossless=True, exif=_turned(turn))
        yield Case(f"webp turn {turn}", content)


def _avif() -> Iterator[Case]:
    for mode, sampling, (profile, icc) in product(
        ("L", "RGB", "RGBA"), ("4:4:4", "4:2:0"), PROFILES.items()
    ):
        if mode == "L" and profile:
            continue
        image = Image.fromarray(COLOR).convert(mode)
        content = _pillow(image, "AVIF", quality=95, subsampling=sampling, icc_profile=icc)
        yield Case(f"avif {mode} {sampling} profile {profile}", content)


def _heic() -> Iterator[Case]:
    for mode, chroma, turn in product(("L", "RGB", "RGBA"), (420, 444), TURNS):
        image = Image.fromarray(COLOR).convert(mode)
        content = _pillow(image, "HEIF", quality=95, chroma=chroma, exif=_turned(turn))
        shows = _three(GRAY) if mode == "L" else COLOR
        # The encoder makes of EXIF's orientation what HEIC has for it.
        upright = np.asarray(Image.fromarray(shows).transpose(UPRIGHT[turn])) if turn > 1 else shows
        yield Case(f"heic {mode} {chroma} turn {turn}", content, upright)


UPRIGHT = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_270,
    8: Image.Transpose.ROTATE_90,
}


def _others() -> Iterator[Case]:
    for mode in ("1", "L", "P", "RGB"):
        image = Image.fromarray(COLOR).convert(mode)
        shows = np.asarray(image.convert("RGB"))
        yield Case(f"bmp {mode}", _pillow(image, "BMP"), shows)
        if mode != "RGB":
            yield Case(f"gif {mode}", _pillow(image, "GIF"), shows)
            yield Case(f"gif {mode} interlaced", _pillow(image, "GIF", interlace=1), shows)
    for kind in ("PPM", "TGA", "ICO", "PCX", "DDS"):
        yield Case(kind.lower(), _pillow(Image.fromarray(COLOR), kind))
    yield Case("psd", b"8BPS\0\1" + bytes(500))
    yield Case("svg", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>")
    yield Case("mp4", b"\0\0\0\x18ftypmp42" + bytes(500))


def _archival() -> Iterator[Case]:
    kinds = {
        "gray": (GRAY, _three(GRAY)),
        "color": (COLOR, COLOR),
        "gray alpha": (np.dstack([GRAY, OPAQUE]), _three(GRAY)),
        "color alpha": (np.dstack([COLOR, OPAQUE]), COLOR),
    }
    for (name, (pixels, shows)), bits, container in product(kinds.items(), (8, 16), (False, True)):
        numbers = pixels if bits == 8 else pixels.astype(np.uint16) * 257
        suffix = "jp2" if container else "j2k"
        content = imagecodecs.jpeg2k_encode(numbers, codecformat=suffix, level=0)
        yield Case(f"{suffix} {name} {bits}", content, shows)
        for lossless in (True, False):
            content = files.jpeg_xl(
                numbers, lossless=lossless, usecontainer=container, level=None if lossless else 97
            )
            way = "lossless" if lossless else "lossy"
            yield Case(f"jxl {name} {bits} {way} container {container}", content, shows)
    for mode in ("L", "RGB"):
        image = Image.fromarray(COLOR).convert(mode)
        content = _pillow(image, "PDF", resolution=300, quality=95)
        yield Case(f"pdf {mode}", content, np.asarray(image.convert("RGB")))
