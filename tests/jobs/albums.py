"""Albums to upload, as files and as one zip, and what comes of them."""

import io
import zipfile
from contextlib import closing

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from colorweb.testing import pictures
from jobs.models import Photo
from jobs.photos import unpacking


def photo(name: str, seed: int = 0) -> SimpleUploadedFile:
    return pictures.upload(name, pictures.encoded(seed=seed))


def archive(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as out:
        for name, content in files.items():
            out.writestr(zipfile.ZipInfo(name), content, method)  # of no certain moment
    return SimpleUploadedFile("album.zip", buffer.getvalue())


ALBUM = {f"album/{name}.jpg": pictures.encoded(seed=seed) for seed, name in enumerate("abc")}


def post(client: Client, key: str | None = None, **fields):
    """Sends a batch."""
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/batches/", fields, headers=headers)


def unpack_one() -> bool:
    """A shift that ends after one photo."""
    with closing(unpacking.Shift()) as shift:
        return unpacking.unpack_next(shift)


def names() -> list[str]:
    """Of all photos that there are."""
    return sorted(Photo.objects.values_list("name", flat=True))
