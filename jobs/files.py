"""The files of a photo: what there is of each, under which name, and how they come and go.

A file is written whole under a name nobody knows yet, and only then does a row point at it.
What a crash leaves behind has no row; `sweep` finds it.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils import timezone

from jobs.models import Job, Photo, folder_of

PREVIEW_SIDE = 1600
CARD_SIDE = 480
ORPHAN_AGE = timedelta(hours=1)


OF_PHOTO = ("grey_preview", "grey_card")
"""Made at intake, there at once."""
OF_RESULT = ("result", "grey", "preview", "card")
"""Made by the worker, there when the job has succeeded."""
MIME = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def name_of(job: Job, kind: str) -> str:
    """Storage name of one of a job's files."""
    if kind in OF_PHOTO:
        return name_in(job.photo_id, kind)
    return job.result if kind == "result" else job.file(kind)


def name_in(photo_id: uuid.UUID, kind: str) -> str:
    """Storage name of a picture that belongs to the photo itself."""
    return f"{folder_of(photo_id)}/{kind}.jpg"


@contextmanager
def new_file(name: str) -> Iterator[BinaryIO]:
    """A file to write; it appears under `name`, whole, when the block ends without an error."""
    with TemporaryUploadedFile(name.rsplit("/", 1)[-1], "", 0, None) as file:
        content = cast("BinaryIO", file.file)
        yield content
        content.flush()
        file.size = content.tell()
        content.seek(0)
        if default_storage.save(name, file) != name:
            raise FileExistsError(name)


def delete_folder(folder: str) -> None:
    """Remove everything in a photo's folder, and the folder where storage has such things."""
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)


def delete_attempt(job: Job) -> None:
    """Remove what this attempt of a job has made, unless it is what the row points at."""
    if Job.objects.filter(pk=job.pk, result=job.file("result")).exists():
        return
    for kind in OF_RESULT:
        default_storage.delete(job.file(kind))


def sweep() -> int:
    """Delete folders that no photo's row knows and that are older than an hour; how many."""
    swept = 0
    for shelf in _folders("photos"):
        ids = {uuid.UUID(name) for name in _folders(f"photos/{shelf}")}
        known = Photo.objects.filter(pk__in=ids).values_list("pk", flat=True)
        for orphan in ids.difference(known):
            folder = folder_of(orphan)
            if _newest(folder) < timezone.now() - ORPHAN_AGE:
                delete_folder(folder)
                swept += 1
    return swept


def _folders(path: str) -> list[str]:
    try:
        return default_storage.listdir(path)[0]
    except FileNotFoundError:
        return []


def _newest(folder: str) -> datetime:
    _, names = default_storage.listdir(folder)
    times = [default_storage.get_modified_time(f"{folder}/{name}") for name in names]
    return max(times, default=timezone.now() - 2 * ORPHAN_AGE)
