"""JPEG 2000: OpenJPEG decodes it in its own depth; what its boxes say of color is read here."""

import io
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

import cv2
import numpy as np
from imagecodecs import jpeg2k_decode
from PIL import Image

from ml.imaging.photo_errors import PhotoError
from ml.imaging.srgb import Pixels

from .boxes import boxes
from .picture import Picture, Samples, Space, Strip
from .tiff_levels import Levels

CODESTREAM = b"\xff\x4f\xff\x51"
CMYK, SYCC = 12, 18
"""Numbers of color spaces (ISO/IEC 15444-1, table I.10, and 15444-2)."""
EFFORT, BYTES_A_PIXEL = 8.0, 40


class Jpeg2000Picture(Picture):
    """A JPEG 2000 file, or its codestream alone."""

    effort, bytes_a_pixel = EFFORT, BYTES_A_PIXEL

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._content = content = file.read()
        self._color_space = 0
        if content.startswith(CODESTREAM):
            right, bottom, left, top = struct.unpack_from(">4I", content, 8)
            self.width, self.height = right - left, bottom - top
            self._bits = (content[42] & 0x7F) + 1
            return
        header = next(body for kind, body in boxes(content) if kind == b"jp2h")
        for kind, body in boxes(header):
            if kind == b"ihdr":
                self.height, self.width, _channels, bits = struct.unpack_from(">IIHB", body)
                self._bits = (bits & 0x7F) + 1
            elif kind == b"bpcc":
                self._bits = max(bits & 0x7F for bits in body) + 1
            elif kind == b"pclr":
                self._bits = (body[3] & 0x7F) + 1
            elif kind == b"colr" and body[:1] == b"\1":
                self._color_space = int.from_bytes(body[3:7], "big")
            elif kind == b"colr" and body[:1] == b"\2":
                self.profile = body[3:]

    @property
    def info(self) -> Mapping[Any, Any]:
        return Image.open(io.BytesIO(self._content), formats=["JPEG2000"]).info

    def decode(self, side: int | None) -> Samples:
        pixels = jpeg2k_decode(self._content, numthreads=1)
        if pixels.ndim == 2:
            pixels = pixels[..., None]
        channels = pixels.shape[2]
        space: Space = "gray" if channels <= 2 else "rgb"
        if self._color_space == CMYK or (self.profile and self.profile[16:20] == b"CMYK"):
            space = "cmyk"
        of_color = {"gray": 1, "rgb": 3, "cmyk": 4}[space]
        if not of_color <= channels <= of_color + 1:
            kind = f"Scientific JPEG 2000 ({channels} channels)"
            raise PhotoError("unsupported_format", kind=kind)
        levels = Levels(0, 2.0**self._bits - 1, deep=self._bits > 8, bits=self._bits)

        def strip(rows: slice) -> Strip:
            part = levels.scaled(pixels[rows])
            color = part[..., 0] if space == "gray" else part[..., :of_color]
            if self._color_space == SYCC and space == "rgb":
                color = _rgb(color)
            alpha = part[..., of_color] if channels > of_color else None
            return np.ascontiguousarray(color), alpha

        return Samples(pixels.shape[1], pixels.shape[0], space, levels.deep, strip)


def _rgb(luminance_first: Pixels) -> Pixels:
    swapped = np.ascontiguousarray(luminance_first[..., [0, 2, 1]])
    return cv2.cvtColor(swapped, cv2.COLOR_YCrCb2RGB)


def open_picture(file: BinaryIO, _name: str, _page: int) -> Picture:
    """The picture of a file."""
    return Jpeg2000Picture(file)
