"""TIFF of every depth and layout: tifffile gives the numbers, and here is what they mean.

Only YCbCr with coarse colors, and JPEG of the old kind, go to Pillow, whose libtiff has a way of
its own with them.
"""

from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from PIL import Image
from tifffile import COMPRESSION, PHOTOMETRIC, TiffFile, TiffPage

from ml.imaging import resolution
from ml.imaging.photo_errors import PhotoError
from ml.imaging.srgb import Pixels

from . import raw, tiff_levels
from .picture import Picture, Samples, Space, Strip
from .plain import ORIENTATION, PlainPicture, load
from .tiff_tags import with_numbers

NEW_SUBFILE_TYPE, SUB_IFDS, DNG_VERSION = 254, 330, 50706
REDUCED, MASK = 1, 4  # bits of NewSubfileType
ASSOCIATED, UNASSOCIATED = 1, 2  # kinds of alpha
MAX_EXTRA = 4
"""Channels beside those of color that a photo may have: alpha, selections, spot inks."""
MAX_PAGES = 1000
"""Pages that are counted, so many at most."""
RAW = {PHOTOMETRIC.CFA, PHOTOMETRIC.LINEAR_RAW}
CHANNELS: dict[int, tuple[Space, int]] = {
    PHOTOMETRIC.MINISWHITE: ("gray", 1),
    PHOTOMETRIC.MINISBLACK: ("gray", 1),
    PHOTOMETRIC.RGB: ("rgb", 3),
    PHOTOMETRIC.PALETTE: ("rgb", 1),
    PHOTOMETRIC.SEPARATED: ("cmyk", 4),
    PHOTOMETRIC.YCBCR: ("rgb", 3),
    PHOTOMETRIC.CIELAB: ("lab", 3),
    PHOTOMETRIC.ICCLAB: ("lab", 3),
}
"""What kinds of pixels become, and how many channels they have."""


class TiffPicture(Picture):
    """One page of a TIFF."""

    def __init__(self, file: BinaryIO, tiff: TiffFile, found: TiffPage) -> None:
        super().__init__()
        self._file = file
        self._tiff = tiff
        self._page = found
        self._space, self._channels = _kind(found)
        self.width, self.height = found.imagewidth, found.imagelength
        self.profile = found.iccprofile
        self.orientation = number(found, ORIENTATION, 1)
        self._check_segments()
        size = 1 if found.dtype is None else found.dtype.itemsize
        self.bytes_a_pixel = 8 + found.samplesperpixel * size
        if size > 1:
            self.effort = 2.0

    @property
    def info(self) -> Mapping[Any, Any]:
        scale = resolution.AN_INCH[number(self._page, resolution.UNIT, resolution.INCH)]
        found = [self._page.tags[tag].value for tag in (resolution.ACROSS, resolution.DOWN)]
        return {"dpi": tuple(scale * pixels / of for pixels, of in found)}

    @property
    def exif(self) -> Any:
        self._file.seek(0)
        image = Image.open(self._file, formats=["TIFF"])
        image.seek(self._page.index)
        return image.getexif()

    def decode(self, side: int | None) -> Samples:
        try:
            array = self._page.asarray(squeeze=False, maxworkers=1)
        except (ValueError, NotImplementedError) as error:
            if "COMPRESSION" in str(error) or "requires" in str(error):
                kind = f"TIFF ({COMPRESSION(self._page.compression).name})"
                raise PhotoError("unsupported_format", kind=kind) from error
            raise
        # Planes, depth, height, width, channels: of planes and channels one is 1.
        array = array[:, 0, :, :, 0] if array.shape[0] > 1 else array[0, 0]
        planar = self._page.planarconfig == 2 and self._page.samplesperpixel > 1
        levels = tiff_levels.of(self._page, array)
        alpha_at = self._alpha_at()

        def strip(rows: slice) -> Strip:
            part = np.moveaxis(array[:, rows], 0, -1) if planar else array[rows]
            return self._meaning(part, levels, alpha_at)

        deep = levels.deep and self._page.photometric != PHOTOMETRIC.PALETTE
        deep = deep or self._space == "lab"
        return Samples(self.width, self.height, self._space, deep, strip)

    def _meaning(self, part: Pixels, levels: tiff_levels.Levels, alpha_at: int | None) -> Strip:
        """Numbers n,W,channels as color and alpha."""
        color = part[..., : self._channels]
        match self._page.photometric:
            case PHOTOMETRIC.PALETTE:
                color = levels.palette(color[..., 0])
            case PHOTOMETRIC.CIELAB | PHOTOMETRIC.ICCLAB:
                color = levels.lab(color, icc=self._page.photometric == PHOTOMETRIC.ICCLAB)
            case PHOTOMETRIC.MINISWHITE:
                color = levels.scaled(color[..., 0])
                color = np.iinfo(color.dtype).max - color
            case PHOTOMETRIC.MINISBLACK:
                color = levels.scaled(color[..., 0])
            case _:
                color = levels.scaled(color)
        if alpha_at is None:
            return np.ascontiguousarray(color), None
        alpha = levels.alpha(part[..., alpha_at], color.dtype)
        if self._page.extrasamples[alpha_at - self._channels] == ASSOCIATED:
            color = tiff_levels.unassociated(color, alpha)
        return np.ascontiguousarray(color), alpha

    def _alpha_at(self) -> int | None:
        for place, kind in enumerate(self._page.extrasamples):
            if kind in (ASSOCIATED, UNASSOCIATED):
                return self._channels + place
        return None

    def _check_segments(self) -> None:
        """What lies beyond the file's end was lost."""
        size = self._tiff.filehandle.size
        segments = zip(self._page.dataoffsets, self._page.databytecounts, strict=False)
        if any(offset + count > size for offset, count in segments):
            raise PhotoError("truncated")


class CoarseColors(PlainPicture):
    """A page that Pillow reads: YCbCr whose colors are coarser than its lightness, old JPEG."""

    def __init__(self, file: BinaryIO, found: TiffPage) -> None:
        super().__init__(file, "tiff")
        self.image.seek(found.index)
        self.width, self.height = self.image.size
        self.profile = self.image.info.get("icc_profile")
        self.orientation = number(found, ORIENTATION, 1)

    def decode(self, side: int | None) -> Samples:
        load(self.image)
        if self.image.mode == "YCbCr":
            self.image = self.image.convert("RGB")  # type: ignore[assignment]
        return super().decode(side)


def number(page: TiffPage, tag: int, default: int = 0) -> int:
    """A tag's value whatever type it has been given; the default where it makes no number."""
    found = page.tags.get(tag)
    value = None if found is None else found.value
    try:
        if isinstance(value, bytes):
            return int.from_bytes(value[:1], "big")
        return int(value[0] if isinstance(value, tuple) else value)  # type: ignore[arg-type]
    except (ValueError, TypeError, IndexError, OverflowError):
        return default


def _photos_in(tiff: TiffFile) -> list[TiffPage]:
    """Its pages, without small copies and masks where there is more."""
    found: list[TiffPage] = []
    seen: set[int] = set()
    for page in tiff.pages:
        if page.offset in seen or len(seen) == MAX_PAGES:  # pages may lead back to earlier ones
            break
        seen.add(page.offset)
        if isinstance(page, TiffPage):
            found.append(page)
    whole = [page for page in found if not number(page, NEW_SUBFILE_TYPE) & (REDUCED | MASK)]
    return whole or found[:1]


def _is_raw(tiff: TiffFile) -> bool:
    """Whether it is what a camera's sensor saw, which may lie beside a small preview."""
    first = tiff.pages.first
    head = tiff.filehandle
    head.seek(8)
    if DNG_VERSION in first.tags or first.photometric in RAW or head.read(2) == b"CR":
        return True
    return SUB_IFDS in first.tags and bool(number(first, NEW_SUBFILE_TYPE) & REDUCED)


def _kind(page: TiffPage) -> tuple[Space, int]:
    """What its pixels become, and how many channels are color. Raises PhotoError."""
    channels, kind = page.samplesperpixel, CHANNELS.get(page.photometric)
    if page.dtype is None or page.dtype.kind not in "biuf" or page.imagedepth > 1:
        raise PhotoError("unsupported_format", kind="Scientific TIFF")
    if kind is None:
        name = getattr(page.photometric, "name", page.photometric)
        raise PhotoError("unsupported_format", kind=f"TIFF ({name})")
    most = kind[1] + (1 if kind == ("gray", 1) else MAX_EXTRA)
    if not kind[1] <= channels <= most:
        raise PhotoError("unsupported_format", kind=f"Scientific TIFF ({channels} channels)")
    return kind


def open_picture(file: BinaryIO, _name: str, page: int) -> Picture:
    """A page of a file, the last one for a number beyond it. Raises PhotoError."""
    file = with_numbers(file)
    tiff = TiffFile(file)
    pages = _photos_in(tiff)
    if _is_raw(tiff) or any(each.photometric in RAW for each in pages):
        return raw.open_picture(file, "raw", page)
    found = pages[min(page, len(pages)) - 1]
    coarse = found.photometric == PHOTOMETRIC.YCBCR and found.compression != COMPRESSION.JPEG
    picture: Picture
    if coarse or found.compression == COMPRESSION.OJPEG:
        file.seek(0)
        picture = CoarseColors(file, found)
    else:
        picture = TiffPicture(file, tiff, found)
    picture.choose(page, len(pages))
    return picture
