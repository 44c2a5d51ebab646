"""Formats that Pillow reads right: WebP, AVIF, HEIC, BMP and GIF; the base of JPEG and PNG too."""

from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from ml.imaging import pillow  # noqa: F401 (it is set up there)
from ml.imaging.notes import note
from ml.imaging.photo_errors import PhotoError

from .picture import Picture, Samples, Space, Strip

PILLOW = {"jpeg": ["JPEG", "MPO"], "heic": ["HEIF"]}
"""Its names where they are not ours; MPO is a JPEG with a second picture behind it."""
ORIENTATION = 0x0112
"""EXIF's tag for which way is up."""
GRAY = {"1", "L", "LA", "La"}
MOVING = {"gif", "png", "webp", "avif"}
"""Formats whose frames make a moving picture; of its frames only the first is read."""
WEBP_BYTES_A_PIXEL = 16


class PlainPicture(Picture):
    """A picture in one of Pillow's modes of 8 bits and less."""

    def __init__(self, file: BinaryIO, name: str, page: int = 1) -> None:
        super().__init__()
        self.image = Image.open(file, formats=PILLOW.get(name, [name.upper()]))
        if name == "heic":
            self._turn_to(page)
        elif name in MOVING and self._moves():
            self.notes.append(note("first_frame"))
        self.width, self.height = self.image.size
        self.profile = self.image.info.get("icc_profile")
        self.orientation = self._orientation()
        if name == "webp":
            self.bytes_a_pixel = WEBP_BYTES_A_PIXEL

    @property
    def info(self) -> Mapping[Any, Any]:
        return self.image.info

    @property
    def exif(self) -> Any:
        return self.image.getexif()

    def decode(self, side: int | None) -> Samples:
        load(self.image)
        gray = self.image.mode in GRAY
        space: Space = "gray" if gray else "cmyk" if self.image.mode == "CMYK" else "rgb"
        return Samples(*self.image.size, space, False, self._strip)

    def _strip(self, rows: slice) -> Strip:
        part = self.image.crop((0, rows.start, self.image.width, rows.stop))
        own = "L" if part.mode in GRAY else "CMYK" if part.mode == "CMYK" else "RGB"
        if not part.has_transparency_data:
            return np.asarray(part.convert(own)), None
        rgba = part.convert("RGBA")
        color = np.asarray(rgba)
        return color[..., 1 if own == "L" else slice(0, 3)], color[..., 3]

    def _orientation(self) -> int:
        """Broken EXIF counts as none."""
        try:
            found = self.image.getexif()
            value = int(found.get(ORIENTATION, 1))
            if value != 1 and not self._is_in_exif():
                self.notes.append(note("orientation_from_xmp"))
        except Exception:  # noqa: BLE001 (EXIF comes broken in every way)
            return 1
        return value

    def _is_in_exif(self) -> bool:
        """Whether the orientation stands in EXIF; Pillow looks into XMP too."""
        plain = Image.Exif()
        plain.load(self.image.info.get("exif", b""))
        return ORIENTATION in plain or "exif" not in self.image.info

    def _turn_to(self, page: int) -> None:
        """The first page is the picture that the file gives as its main one."""
        main, count = self.image.tell(), getattr(self.image, "n_frames", 1)
        self.choose(page, count)
        if 1 < page <= count:
            self.image.seek([main, *(at for at in range(count) if at != main)][page - 1])

    def _moves(self) -> bool:
        try:
            return bool(getattr(self.image, "is_animated", False))
        except Exception:  # noqa: BLE001 (the frame after the first may be broken in every way)
            return False


def load(image: Image.Image) -> None:
    """Decode to the last byte. Raises PhotoError `truncated`, or anything."""
    try:
        image.load()
    except Exception as error:
        if isinstance(error, EOFError) or "truncated" in str(error):
            raise PhotoError("truncated") from error
        raise


def open_picture(file: BinaryIO, name: str, page: int) -> Picture:
    """The picture on a page of a file."""
    return PlainPicture(file, name, page)
