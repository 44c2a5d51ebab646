"""Bytes in, validated photo out, or an error a person understands."""

import hashlib
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from colorweb.accounts.visitors import Visitor
from jobs.models import Job, Photo, folder_of
from jobs.queue import fair_share, limits
from jobs.storage import files
from ml.imaging import photos
from ml.imaging.framing import frame_shape
from ml.versions import registry

LIMITS = photos.Limits(
    max_bytes=settings.UPLOAD_MAX_BYTES,
    max_pixels=settings.UPLOAD_MAX_PIXELS,
    max_aspect=settings.UPLOAD_MAX_ASPECT,
)
# Decoding is what takes memory: no more at once than this, the others wait.
_decoding = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Options:
    """What the sender wishes; None and empty mean the default."""

    vividness: float = 1.0
    size: int | None = None
    format: str = ""
    model: str = ""
    webhook_url: str = ""


def accept(
    upload: UploadedFile,
    visitor: Visitor,
    options: Options | None = None,
    note: Callable[[Job], None] | None = None,
) -> Job:
    """Keep a photo and queue its first job; `note` runs in the transaction that makes them.

    Whether there is room is asked first. Then files, then the rows; whatever fails in between
    takes its files with it. Raises `photos.PhotoError` with a stable code if this is not a photo
    we can color, `LookupError` for a model there is not, and `limits.Exceeded`.
    """
    options = options or Options()
    limits.check(visitor, upload.size or 0)
    photo_id = uuid.uuid4()
    with _decoding:
        inspection = photos.inspect(cast("BinaryIO", upload.file), LIMITS)
        try:
            _save_pictures(photo_id, inspection)
            source = f"{folder_of(photo_id)}/source{SUFFIXES.get(inspection.format, '')}"
            digest = _sha256(upload)
            upload.seek(0)
            source = default_storage.save(source, upload)
            kinds = files.of_photo(inspection.has_color)
            pictures = [files.name_in(photo_id, kind) for kind in kinds]
            stored = files.weigh([source, *pictures])
            with transaction.atomic():
                photo = Photo.objects.create(
                    id=photo_id,
                    owner=visitor.user,
                    guest=visitor.guest,
                    name=PurePath(upload.name or "photo").name[:200],
                    source=source,
                    format=inspection.format,
                    bytes=upload.size or 0,
                    stored_bytes=stored,
                    width=inspection.width,
                    height=inspection.height,
                    has_color=inspection.has_color,
                    has_alpha=inspection.has_alpha,
                    sha256=digest,
                )
                job = color(photo, visitor, options)
                if note:
                    note(job)
                return job
        except BaseException:
            files.delete_folder(folder_of(photo_id))
            raise


SUFFIXES = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "tiff": ".tif", "heic": ".heic"}


def color(photo: Photo, visitor: Visitor, options: Options, retried_from: Job | None = None) -> Job:
    """Queue a job for a photo that is already here. Raises LookupError for an unknown model."""
    card = registry.resolve(options.model).card
    height, width = frame_shape(
        photo.width, photo.height, size=options.size or card["default_size"]
    )
    return fair_share.enqueue(
        Job(
            photo=photo,
            retried_from=retried_from,
            queue_owner=visitor.queue_owner,
            frame=f"{width}x{height}",
            model=options.model,
            vividness=options.vividness,
            size=options.size,
            webhook_url=options.webhook_url,
            format=options.format or ("png" if photo.has_alpha else "jpeg"),
        )
    )


def retry(job: Job, visitor: Visitor) -> Job:
    """Queue the same again as a new job. Raises `limits.Exceeded`."""
    limits.check(visitor)
    options = Options(job.vividness, job.size, job.format, job.model, job.webhook_url)
    return color(job.photo, visitor, options, retried_from=job)


def again(
    job: Job, visitor: Visitor, *, model: str = "", vividness: float = 1.0, size: int | None = None
) -> Job:
    """Color a job's photo anew, otherwise; its results so far stay.

    Raises `limits.Exceeded`, and `LookupError` for a model there is not.
    """
    limits.check(visitor)
    return color(job.photo, visitor, Options(vividness, size, job.format, model))


def _save_pictures(photo_id: uuid.UUID, inspection: photos.Inspection) -> None:
    """The gray previews a page shows while the photo waits, and the colors that were there."""
    for kind, side in (("gray_preview", files.PREVIEW_SIDE), ("gray_card", files.CARD_SIDE)):
        with files.new_file(files.name_in(photo_id, kind)) as file:
            inspection.preview(side).save(file, "JPEG", quality=85)
    if inspection.has_color:
        with files.new_file(files.name_in(photo_id, "original_preview")) as file:
            inspection.original(files.PREVIEW_SIDE).save(file, "JPEG", quality=85)


def _sha256(file: BinaryIO | UploadedFile) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
