"""Uploads become photos with a first job; anything else is refused with a reason."""

import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from colorweb.http import permits
from colorweb.http.places import Places
from colorweb.http.timeouts import release_connection
from jobs.models import Job, Look, Photo, folder_of
from jobs.queue import fair_share, limits
from jobs.storage import files
from ml.imaging import geometry, photos
from ml.imaging.framing import frame_shape
from ml.imaging.geometry import AS_IT_CAME, Geometry
from ml.versions import registry

LIMITS = photos.Limits(
    max_bytes=settings.UPLOAD_MAX_BYTES,
    max_pixels=settings.UPLOAD_MAX_PIXELS,
    max_aspect=settings.UPLOAD_MAX_ASPECT,
)
MAX_NAME = 200
DECODING_SECONDS = 60
"""An upload waits so long for the owner's place, and for its turn to be decoded."""
_decoding = Places("decoding")


@dataclass(frozen=True, slots=True)
class Options:
    """The sender's options; None and empty mean the default."""

    vividness: float | None = None
    network_size: int | None = None
    hints: list[dict[str, float]] = field(default_factory=list)
    geometry: dict[str, Any] | None = None
    format: str = ""
    depth: int = 8
    page: int = 1
    model: str = ""
    webhook_url: str = ""
    reference: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


def accept(
    upload: UploadedFile,
    visitor: Visitor,
    options: Options | None = None,
    on_saved: Callable[[Job], None] | None = None,
    name: str = "",
) -> Job:
    """Keep a photo and queue its first job; `on_saved` runs in the transaction that makes them.

    `name` is a path in an archive; without it the upload's own is taken.

    Limits are checked first. Files are written before rows, and deleted if an error follows.
    Raises DomainError if this is not a photo we can color or a limit is exceeded, and LookupError
    for an unknown model.
    """
    options = options or Options()
    limits.check(visitor, upload.size or 0)
    photo_id = uuid.uuid4()
    inspection = _inspect(upload, visitor, options.page)
    try:
        _save_pictures(photo_id, inspection)
        source = f"{folder_of(photo_id)}/source{SUFFIXES.get(inspection.format, '')}"
        digest = _sha256(upload)
        upload.seek(0)
        source = default_storage.save(source, upload)
        was_gray = not (inspection.has_color or inspection.toned)
        kinds = files.of_photo(was_gray=was_gray)
        pictures = [files.name_in(photo_id, kind) for kind in kinds]
        stored = files.weigh([source, *pictures])
        with transaction.atomic():
            photo = Photo.objects.create(
                id=photo_id,
                owner=visitor.user,
                guest=visitor.guest,
                name=name[-MAX_NAME:] or PurePath(upload.name or "photo").name[:MAX_NAME],
                source=source,
                format=inspection.format,
                bytes=upload.size or 0,
                stored_bytes=stored,
                width=inspection.width,
                height=inspection.height,
                has_color=inspection.has_color,
                toned=inspection.toned,
                has_alpha=inspection.has_alpha,
                depth=inspection.depth,
                pages=inspection.pages,
                page=options.page,
                notes=inspection.notes,
                **first_look(visitor, options)._asdict(),
                tone_low=inspection.tone_range[0],
                tone_high=inspection.tone_range[1],
                sha256=digest,
            )
            job = color(photo, visitor, options)
            if on_saved:
                on_saved(job)
            return job
    except BaseException:
        files.delete_folder(folder_of(photo_id))
        raise


def _inspect(upload: UploadedFile, visitor: Visitor, page: int) -> photos.Inspection:
    """What a page of the file holds. One of an owner is decoded at a time. Raises DomainError."""
    release_connection()  # decoding waits for its turn
    ends = time.monotonic() + DECODING_SECONDS
    place = _decoding.take({visitor.queue_owner: 1}, timeout=DECODING_SECONDS)
    if place is None:
        raise DomainError("queue_full", retry_after=limits.RETRY_AFTER)
    with place:
        try:
            left = max(0.0, ends - time.monotonic())
            file = cast("BinaryIO", upload.file)
            return photos.inspect(file, LIMITS, page=page, seconds=left)
        except photos.PhotoError as error:
            raise DomainError(error.code, **error.params) from error
        except photos.Busy as error:
            raise DomainError("queue_full", retry_after=limits.RETRY_AFTER) from error
        finally:
            permits.acquire()


def first_look(visitor: Visitor, options: Options) -> Look:
    """How a new photo is shown: as its sender asked, or as their account has it."""
    user = visitor.user
    usual = Look(user.default_vividness, user.default_tones) if user else Look()
    return usual if options.vividness is None else usual._replace(vividness=options.vividness)


SUFFIXES = {
    "jpeg": ".jpg",
    "png": ".png",
    "webp": ".webp",
    "tiff": ".tif",
    "heic": ".heic",
    "jp2": ".jp2",
    "jxl": ".jxl",
    "pdf": ".pdf",
}


def color(photo: Photo, visitor: Visitor, options: Options) -> Job:
    """Queue the first job of a photo. Raises LookupError for an unknown model."""
    usual = "png" if photo.has_alpha or options.depth == 16 else "jpeg"
    shape = geometry.read(options.geometry)
    return fair_share.enqueue(
        Job(
            photo=photo,
            queue_owner=visitor.queue_owner,
            frame=frame_of(photo, options.model, options.network_size, shape),
            model=options.model,
            **photo.look._asdict(),
            network_size=options.network_size,
            hints=options.hints,
            geometry=options.geometry,
            webhook_url=options.webhook_url,
            reference=options.reference,
            metadata=options.metadata,
            format=options.format or usual,
            depth=options.depth,
        )
    )


def retry(job: Job, visitor: Visitor, on_saved: Callable[[Job], None] | None = None) -> Job:
    """Queue a new job with the same options, in the same batch; `on_saved` runs in the transaction.

    Raises DomainError.
    """
    limits.check(visitor)
    with transaction.atomic():
        new = fair_share.enqueue(job.copy(retried_from=job, queue_owner=visitor.queue_owner))
        if on_saved:
            on_saved(new)
    return new


def frame_of(
    photo: Photo, model: str, network_size: int | None, shape: Geometry = AS_IT_CAME
) -> str:
    """The shape the network sees the photo in, as `Job.frame` spells it.

    Raises LookupError for an unknown model.
    """
    card = registry.resolve(model).card
    width, height = shape.size(photo.width, photo.height)
    down, across = frame_shape(width, height, size=network_size or card["default_size"])
    return f"{across}x{down}"


def _save_pictures(photo_id: uuid.UUID, inspection: photos.Inspection) -> None:
    """The gray previews a page shows while the photo waits, and the color or tone it came in."""
    for kind, side in (("gray_preview", files.PREVIEW_SIDE), ("gray_card", files.CARD_SIDE)):
        with files.new_file(files.name_in(photo_id, kind)) as file:
            inspection.preview(side).save(file, "JPEG", quality=85)
    if inspection.has_color or inspection.toned:
        with files.new_file(files.name_in(photo_id, "original_preview")) as file:
            inspection.original(files.PREVIEW_SIDE).save(file, "JPEG", quality=85)


def _sha256(file: BinaryIO | UploadedFile) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
