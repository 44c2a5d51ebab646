"""JPEG XL: libjxl decodes it in its own depth; its size is read here, before that."""

from typing import Any, BinaryIO

from imagecodecs import jpegxl_decode
from PIL import Image

from .boxes import boxes
from .picture import Picture, Samples, Space, Strip
from .tiff_levels import Levels, of_numbers

CODESTREAM = b"\xff\x0a"
RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
"""Width to height, by their numbers."""
SIZES = (9, 13, 18, 30)
"""Bits that a side may be written in."""
EFFORT, BYTES_A_PIXEL = 4.0, 48


class JpegXlPicture(Picture):
    """A JPEG XL file, or its codestream alone; of a moving one the first frame."""

    effort, bytes_a_pixel = EFFORT, BYTES_A_PIXEL

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._content = content = file.read()
        self._exif = b""
        if not content.startswith(CODESTREAM):
            found = list(boxes(content))
            self._exif = next((body[4:] for kind, body in found if kind == b"Exif"), b"")
            codestreams = {b"jxlc": 0, b"jxlp": 4}  # a part begins with its number
            content = next(body[codestreams[kind] :] for kind, body in found if kind in codestreams)
        self.width, self.height, self.orientation = _header(content)

    @property
    def exif(self) -> Any:
        exif = Image.Exif()
        exif.load(self._exif)
        return exif

    def decode(self, side: int | None) -> Samples:
        pixels = jpegxl_decode(self._content, index=0, keeporientation=True, numthreads=1)
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


class _Bits:
    """Numbers of few bits, the lowest first."""

    def __init__(self, data: bytes) -> None:
        self.left = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self.left & ((1 << count) - 1)
        self.left >>= count
        return value

    def side(self, *, is_small: bool) -> int:
        return (self.take(5) + 1) * 8 if is_small else self.take(SIZES[self.take(2)]) + 1


def _header(codestream: bytes) -> tuple[int, int, int]:
    """Width, height and orientation (ISO/IEC 18181-1, annexes B and D)."""
    bits = _Bits(codestream[len(CODESTREAM) : 32])
    is_small = bool(bits.take(1))
    height = bits.side(is_small=is_small)
    if ratio := bits.take(3):
        across, down = RATIOS[ratio]
        width = height * across // down
    else:
        width = bits.side(is_small=is_small)
    is_plain = bits.take(1)
    has_more = not is_plain and bits.take(1)
    return width, height, bits.take(3) + 1 if has_more else 1


def open_picture(file: BinaryIO, _name: str, _page: int) -> Picture:
    """The picture of a file."""
    return JpegXlPicture(file)
