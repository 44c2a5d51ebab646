"""A small picture of every photo of a data set: one zip in the storage, by the index's order."""

import tempfile
import zipfile
from io import BytesIO
from typing import IO

import numpy as np
from django.core.files import File
from django.core.files.storage import default_storage
from PIL import Image

QUALITY = 80


class Tiles:
    """Pictures as they come; `store` keeps them."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed once it is stored
        self._zip = zipfile.ZipFile(self._file, "w")  # JPEGs do not get smaller

    def add(self, number: int, picture: np.ndarray) -> None:
        """One picture, uint8 H,W,3."""
        buffer = BytesIO()
        Image.fromarray(picture).save(buffer, "JPEG", quality=QUALITY)
        self._zip.writestr(f"{number}.jpg", buffer.getvalue())

    def store(self, name: str) -> None:
        """Keep them under a storage name."""
        self._zip.close()
        self._file.seek(0)
        default_storage.save(name, File(self._file))
        self._file.close()


def read(name: str, number: int) -> bytes:
    """One picture as a JPEG. Raises LookupError, OSError."""
    with default_storage.open(name) as file, zipfile.ZipFile(file) as pictures:
        return pictures.read(f"{number}.jpg")
