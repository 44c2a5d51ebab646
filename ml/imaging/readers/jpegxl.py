"""JPEG XL: libjxl decodes it in its own depth; its header is read here, before that.

The decoder gives colors as the header names them. An ICC profile instead of that is compressed in
its own way, which no kept library undoes for us: it is known where the file was a JPEG, else noted.
"""

import io
from typing import Any, BinaryIO

import numpy as np
from imagecodecs import jpegxl_decode, jpegxl_decode_jpeg
from PIL import Image

from ml.imaging.notes import note

from . import jpegxl_header
from .boxes import boxes
from .picture import Picture, Samples, Space, Strip
from .tiff_levels import Levels, of_numbers

EFFORT, BYTES_A_PIXEL = 4.0, 48


class JpegXlPicture(Picture):
    """A JPEG XL file, or its codestream alone; of a moving one the first frame."""

    effort, bytes_a_pixel = EFFORT, BYTES_A_PIXEL

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._content = content = file.read()
        self._exif, self._was_jpeg = b"", False
        if not content.startswith(jpegxl_header.CODESTREAM):
            found = list(boxes(content))
            self._exif = next((body[4:] for kind, body in found if kind == b"Exif"), b"")
            self._was_jpeg = any(kind == b"jbrd" for kind, _ in found)
            codestreams = {b"jxlc": 0, b"jxlp": 4}  # a part begins with its number
            content = next(body[codestreams[kind] :] for kind, body in found if kind in codestreams)
        self._header = header = jpegxl_header.read(content)
        self.width, self.height = header.width, header.height
        self.orientation, self.profile = header.orientation, header.profile
        if header.moves:
            self.notes.append(note("first_frame"))

    @property
    def exif(self) -> Any:
        exif = Image.Exif()
        exif.load(self._exif)
        return exif

    def decode(self, side: int | None) -> Samples:
        pixels = jpegxl_decode(self._content, index=0, keeporientation=True, numthreads=1)
        if self._header.has_icc:
            self._find_profile(is_deep=pixels.dtype != np.uint8)
        if pixels.ndim == 2:
            pixels = pixels[..., None]
        of_color = 1 if pixels.shape[2] <= 2 else 3
        space: Space = "gray" if of_color == 1 else "rgb"
        levels: Levels = of_numbers(pixels)

        def strip(rows: slice) -> Strip:
            part = levels.scaled(pixels[rows])
            alpha = part[..., of_color] if pixels.shape[2] > of_color else None
            return part[..., 0] if of_color == 1 else part[..., :3], alpha

        return Samples(self.width, self.height, space, levels.deep, strip)

    def _find_profile(self, *, is_deep: bool) -> None:
        if self._header.is_xyb:
            if not is_deep:
                self.notes.append(note("coarse_tones"))
        elif self._was_jpeg:
            jpeg = Image.open(
                io.BytesIO(jpegxl_decode_jpeg(self._content, numthreads=1)), formats=["JPEG"]
            )
            self.profile = jpeg.info.get("icc_profile")
        else:
            self.notes.append(note("profile_ignored"))


def open_picture(file: BinaryIO, _name: str, _page: int) -> Picture:
    """The picture of a file."""
    return JpegXlPicture(file)
