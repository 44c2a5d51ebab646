"""The files of a photo: what there is of each, under which name, and how they come and go.

A file is written whole under a name nobody knows yet, and only then does a row point at it.
What a crash leaves behind has no row: `queue.claims` deletes what a dead worker has written, and
`jobs.storage.orphans` finds the rest.
"""

import logging
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db.models import F

from colorweb.http.storage_unavailable import is_unavailable
from colorweb.prepared import PreparedUpdate
from jobs.models import STORED_AS, Job, Photo, State, folder_of

log = logging.getLogger(__name__)

PREVIEW_SIDE = 1600
CARD_SIDE = 480

OF_PHOTO = ("gray_preview", "gray_card", "original_preview")
"""Made at intake, there at once; the last only of a photo that was not gray when it came. A job
with a geometry has its own."""
OF_RESULT = ("result", "gray", "preview", "card", "colors")
"""Made by the worker, there when the job has succeeded; `colors`: see `Chroma.to_png`."""
SIDES = {
    **dict.fromkeys(("preview", "gray_preview", "original_preview"), PREVIEW_SIDE),
    **dict.fromkeys(("card", "gray_card"), CARD_SIDE),
}
"""The longest side of previews, pixels."""
MIME = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "tif": "image/tiff",
    "avif": "image/avif",
}


def of_photo(*, was_gray: bool) -> list[str]:
    """What there is of a photo itself, besides the file as sent."""
    return [kind for kind in OF_PHOTO if not was_gray or kind != "original_preview"]


def name_of(job: Job, kind: str) -> str:
    """Storage name of one of a job's files; what it was cut out of is not shown with a result."""
    if kind in OF_PHOTO and not (job.geometry and job.state == State.SUCCEEDED):
        return name_in(job.photo_id, kind)
    return job.result if kind == "result" else job.file(kind)


def of_result(job: Job) -> list[str]:
    """What the worker has made for a succeeded job."""
    return [*OF_RESULT, *(of_photo(was_gray=job.photo.was_gray) if job.geometry else ())]


def name_in(photo_id: uuid.UUID, kind: str) -> str:
    """Storage name of a picture that belongs to the photo itself."""
    return f"{folder_of(photo_id)}/{STORED_AS.get(kind, kind)}.jpg"


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


def weigh(names: Iterable[str]) -> int:
    """Bytes that files take in storage, all together."""
    return sum(default_storage.size(name) for name in names)


def count(photo_id: uuid.UUID, size: int) -> None:
    """Add to the bytes that are stored of a photo.

    Call it in the transaction that makes a row point at the files: `stored_bytes` is then exact,
    and files of a lost attempt or a crash are never counted.
    """
    _count(photo_id=photo_id, size=size)


_count = PreparedUpdate(
    lambda photo_id, size: (
        Photo.objects.filter(pk=photo_id),
        {"stored_bytes": F("stored_bytes") + size},
    ),
    photo_id=uuid.UUID,
    size=int,
)


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
    delete(job.file(kind) for kind in of_result(job))


def delete(names: Iterable[str]) -> None:
    """Remove files that no row points at; unavailable storage keeps them, a check finds them."""
    try:
        for name in names:
            default_storage.delete(name)
    except Exception as error:
        if not is_unavailable(error):
            raise
        log.warning("Files of a lost attempt stay behind.", exc_info=True)
