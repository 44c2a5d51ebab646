"""JPEG: OpenCV decodes whole photos, straight into 3 bytes a pixel; Pillow the rest."""

from typing import BinaryIO

import cv2
import numpy as np

from ml.imaging.srgb import Pixels

from .picture import Picture, Samples, samples_of
from .plain import PlainPicture


class JpegPicture(PlainPicture):
    """A JPEG; of several pictures in one file the first is the photo."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        super().__init__(file, name)
        self._file = file

    def decode(self, side: int | None) -> Samples:
        if self.image.mode in {"L", "RGB"}:
            if side is None:
                if (pixels := self._whole()) is not None:
                    return samples_of(pixels, space="gray" if pixels.ndim == 2 else "rgb")
            else:
                scale = min(1.0, side / max(self.image.size))
                self.image.draft(None, (round(self.width * scale), round(self.height * scale)))
        return super().decode(side)

    def _whole(self) -> Pixels | None:
        """The same pixels as Pillow's; None where the file is broken."""
        self._file.seek(0)
        data = np.frombuffer(self._file.read(), np.uint8)
        kind = cv2.IMREAD_GRAYSCALE if self.image.mode == "L" else cv2.IMREAD_COLOR_RGB
        try:
            return cv2.imdecode(data, kind | cv2.IMREAD_IGNORE_ORIENTATION)
        except cv2.error:
            return None


def open_picture(file: BinaryIO, name: str) -> Picture:
    """The first picture of a file."""
    return JpegPicture(file, name)
