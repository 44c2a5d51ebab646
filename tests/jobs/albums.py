"""Albums to upload, as files and as one zip."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

from colorweb.testing import pictures


def photo(name: str, seed: int = 0) -> SimpleUploadedFile:
    return pictures.upload(name, pictures.encoded(seed=seed))


def archive(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as out:
        for name, content in files.items():
            out.writestr(zipfile.ZipInfo(name), content, method)  # of no certain moment
    return SimpleUploadedFile("album.zip", buffer.getvalue())


ALBUM = {f"album/{name}.jpg": pictures.encoded(seed=seed) for seed, name in enumerate("abc")}
