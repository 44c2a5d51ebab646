"""What every reader gives: a picture whose header is read, and then its pixels in strips."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from PIL import Image

from ml.imaging.notes import Note, note
from ml.imaging.srgb import Pixels

Space = Literal["gray", "rgb", "cmyk", "lab"]
Strip = tuple[Pixels, Pixels | None]


@dataclass(slots=True)
class Samples:
    """Decoded pixels in the file's own colors.

    `strip` gives rows: uint8 or uint16 n,W of gray, n,W,3 of RGB or Lab, n,W,4 of CMYK (the most is
    full ink; Lab is encoded as L x 65535 / 100, (a + 128) x 257), and alpha n,W of the same depth,
    None where all is opaque.
    """

    width: int
    height: int
    space: Space
    deep: bool  # uint16
    strip: Callable[[slice], Strip]
    array: Pixels | None = None
    """What the strips are views of, if they are; it may be written into."""


def samples_of(array: Pixels, alpha: Pixels | None = None, space: Space = "rgb") -> Samples:
    """Pixels that lie in memory as the file has them."""

    def strip(rows: slice) -> Strip:
        return array[rows], None if alpha is None else alpha[rows]

    height, width = array.shape[:2]
    return Samples(width, height, space, array.dtype.itemsize == 2, strip, array)


class Picture:
    """One picture of a file; `width` and `height` are as it lies in the file."""

    width: int
    height: int
    profile: bytes | None = None
    orientation = 1
    """EXIF orientation, 1..8."""
    effort = 1.0
    """Times the work of a plain file of as many pixels."""
    bytes_a_pixel = 7
    """What decoding takes of memory, beside what is decoded into."""
    pages = 1
    """How many pictures there are in the file."""
    format = ""
    """The format's name, where the file's beginning does not tell it."""

    def __init__(self) -> None:
        self.notes: list[Note] = []

    def choose(self, page: int, count: int) -> None:
        """Record which of so many pages this is."""
        self.pages = count
        if count > 1:
            self.notes.append(note("pages", count=count, page=page))

    @property
    def info(self) -> Mapping[Any, Any]:
        """What else the file says, as Pillow names it: `dpi`. May raise anything."""
        return {}

    @property
    def exif(self) -> Any:
        """The file's EXIF, as Pillow has it. May raise anything."""
        return Image.Exif()

    def decode(self, side: int | None) -> Samples:
        """Decode to the last byte; smaller where the format makes that easy, but not below `side`.

        Raises PhotoError, or anything where the file is broken.
        """
        raise NotImplementedError
