"""Camera raw, DNG of film scanners too: LibRaw develops it, with the camera's white balance."""

import io
from typing import Any, BinaryIO

import rawpy
from PIL import Image

from ml.imaging.photo_errors import PhotoError

from .picture import Picture, Samples, samples_of

SRGB_CURVE = (2.4, 12.92)
TURNED = {5, 6}  # values of LibRaw's flip that swap width and height
EFFORT, BYTES_A_PIXEL = 12.0, 40


class RawPicture(Picture):
    """What a sensor saw; never the small preview beside it."""

    format = "raw"
    effort, bytes_a_pixel = EFFORT, BYTES_A_PIXEL

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        file.seek(0)
        self._content = file.read()
        try:
            self._raw = rawpy.imread(io.BytesIO(self._content))
        except rawpy.LibRawError as error:
            raise PhotoError("unsupported_format", kind="Camera raw") from error
        sizes = self._raw.sizes
        sides = sizes.iwidth, sizes.iheight
        self.width, self.height = sides[::-1] if sizes.flip in TURNED else sides

    @property
    def exif(self) -> Any:
        return Image.open(io.BytesIO(self._content), formats=["TIFF"]).getexif()

    def decode(self, side: int | None) -> Samples:
        half = side is not None and max(self.width, self.height) // 2 >= side
        try:
            pixels = self._raw.postprocess(
                output_bps=16, use_camera_wb=True, gamma=SRGB_CURVE, half_size=half
            )
        except rawpy.LibRawError as error:
            raise PhotoError("damaged") from error
        return samples_of(pixels)


def open_picture(file: BinaryIO, _name: str, _page: int) -> Picture:
    """The picture of a file. Raises PhotoError."""
    return RawPicture(file)
