"""PDFs of scans: each page as PDFium shows it, in the resolution of the picture that is on it."""

import math
from collections.abc import Mapping
from typing import Any, BinaryIO

import pypdfium2
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from ml.imaging.photo_errors import PhotoError

from .picture import Picture, Samples, samples_of

MIN_COVER = 0.3
"""Of a page: with less of it in pictures it is one of text or drawings."""
MIN_PART = 0.02
"""Of a page: smaller pictures, such as logos, do not decide its resolution."""
POINTS_AN_INCH = 72
MAX_DEPTH = 4
EFFORT, BYTES_A_PIXEL = 4.0, 16


class PdfPicture(Picture):
    """One page of a PDF."""

    effort, bytes_a_pixel = EFFORT, BYTES_A_PIXEL

    def __init__(self, file: BinaryIO, page: int) -> None:
        super().__init__()
        try:
            self._document = pypdfium2.PdfDocument(file.read())
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise PhotoError("unsupported_format", kind="Password-protected PDF") from error
            raise
        count = len(self._document)
        self.choose(page, count)
        self._page = self._document[min(page, count) - 1]
        found = _resolution(self._page)
        self._without_picture = 0 if found else page
        pixels_a_point = found or 1.0
        # Rounded up it is then the whole number that it was meant to be.
        across, down = (side * pixels_a_point for side in self._page.get_size())
        self._scale = pixels_a_point * (1 - 0.01 / max(across, down))
        self.width, self.height = (math.ceil(side * self._scale) for side in self._page.get_size())
        self._dpi = pixels_a_point * POINTS_AN_INCH

    @property
    def info(self) -> Mapping[Any, Any]:
        return {"dpi": (self._dpi, self._dpi)}

    def decode(self, side: int | None) -> Samples:
        if self._without_picture:  # only now: other pages may have one
            raise PhotoError("no_picture_on_page", page=self._without_picture)
        shown = self._page.render(scale=self._scale, rev_byteorder=True)
        return samples_of(shown.to_numpy()[..., :3])


def _resolution(page: pypdfium2.PdfPage) -> float:
    """Pixels a point of the finest of a page's pictures; 0 where they cover too little of it."""
    across, down = page.get_size()
    covered, finest = 0.0, 0.0
    for picture in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=MAX_DEPTH):
        left, bottom, right, top = picture.get_bounds()
        share = (right - left) * (top - bottom) / (across * down)
        covered += share
        if share < MIN_PART:
            continue
        matrix, size = picture.get_matrix(), picture.get_px_size()
        sides = math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
        finest = max(finest, *(n / side for n, side in zip(size, sides, strict=True) if side))
    return finest if covered >= MIN_COVER else 0.0


def open_picture(file: BinaryIO, _name: str, page: int) -> Picture:
    """A page of a file, the last one for a number beyond it. Raises PhotoError."""
    return PdfPicture(file, page)
