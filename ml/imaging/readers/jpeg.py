"""JPEG: OpenCV decodes whole photos, straight into 3 bytes a pixel; Pillow the rest.

A file that lost its end gets one: decoders then make mid-gray of the rows that are missing.
"""

import io
from typing import BinaryIO

import cv2
import numpy as np

from ml.imaging import structure
from ml.imaging.notes import note
from ml.imaging.photo_errors import PhotoError
from ml.imaging.srgb import Pixels

from .picture import Picture, Samples, Space, Strip, samples_of
from .plain import PlainPicture, load
from .tiff_levels import Levels

LOSSLESS, NEAR_LOSSLESS = 3, 55
"""Kinds of compression."""
MID_GRAY = (127, 128)
"""What is missing, decoded: 128, and 127 where ink is stored inverted."""
HALF_BLACK = (0, 0, 0, 127)
LEAST_ROWS = 0.5
"""A photo with a smaller share of its rows is refused."""


class JpegPicture(PlainPicture):
    """A JPEG; of several pictures in one file the first is the photo."""

    def __init__(self, content: bytes, name: str) -> None:
        self._content = structure.ended(content)
        self._is_cut = self._content is not content
        super().__init__(io.BytesIO(self._content), name)

    def decode(self, side: int | None) -> Samples:
        if self._is_cut:
            return self._what_is_there()
        if self.image.mode in {"L", "RGB"}:
            if side is None:
                if (pixels := self._whole()) is not None:
                    return samples_of(pixels, space="gray" if pixels.ndim == 2 else "rgb")
            else:
                scale = min(1.0, side / max(self.image.size))
                self.image.draft(None, (round(self.width * scale), round(self.height * scale)))
        return super().decode(side)

    def _what_is_there(self) -> Samples:
        """The rows of a file without its end, the others mid-gray. Raises PhotoError."""
        load(self.image)
        rows = _rows_there(np.asarray(self.image))
        share = rows / self.height
        if share < LEAST_ROWS:
            raise PhotoError("truncated")
        if rows < self.height and self.image.mode == "CMYK":  # half of each ink is nearly black
            self.image.paste(HALF_BLACK, (0, rows, self.width, self.height))
        if rows < self.height:
            self.notes.append(note("rows_missing", percent=max(1, round(100 * (1 - share)))))
        else:
            self.notes.append(
                note("detail_missing" if "progressive" in self.image.info else "end_missing")
            )
        return super().decode(None)

    def _whole(self) -> Pixels | None:
        """The same pixels as Pillow's; None where the file is broken."""
        data = np.frombuffer(self._content, np.uint8)
        kind = cv2.IMREAD_GRAYSCALE if self.image.mode == "L" else cv2.IMREAD_COLOR_RGB
        try:
            return cv2.imdecode(data, kind | cv2.IMREAD_IGNORE_ORIENTATION)
        except cv2.error:
            return None


class DeepJpegPicture(Picture):
    """A JPEG of more than 8 bits, or a lossless one: libjpeg-turbo gives all its bits."""

    effort, bytes_a_pixel = 3.0, 24

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content
        _kind, self._bits, self.height, self.width, _channels = structure.jpeg_frame(content)

    def decode(self, side: int | None) -> Samples:
        from imagecodecs import jpeg8_decode  # noqa: PLC0415 (large; few need it)

        pixels = jpeg8_decode(self._content)
        levels = Levels(0, 2.0**self._bits - 1, deep=self._bits > 8, bits=self._bits)

        def strip(rows: slice) -> Strip:
            return levels.scaled(pixels[rows]), None

        space: Space = "gray" if pixels.ndim == 2 else "cmyk" if pixels.shape[2] == 4 else "rgb"
        return Samples(self.width, self.height, space, levels.deep, strip)


def _rows_there(pixels: Pixels) -> int:
    """How many rows come before those at the end that are mid-gray all over."""
    flat = pixels.reshape(len(pixels), -1)
    rows = len(flat)
    while rows and flat[rows - 1].min() >= MID_GRAY[0] and flat[rows - 1].max() <= MID_GRAY[1]:
        rows -= 1
    return rows


def open_picture(file: BinaryIO, name: str, _page: int) -> Picture:
    """The first picture of a file. Raises PhotoError."""
    content = file.read()
    kind, bits, *_sides = structure.jpeg_frame(content)
    if kind == NEAR_LOSSLESS:
        raise PhotoError("unsupported_format", kind="JPEG-LS")
    if bits > 8 or kind == LOSSLESS:
        return DeepJpegPicture(content)
    return JpegPicture(content, name)
