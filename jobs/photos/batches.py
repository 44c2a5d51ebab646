"""Many photos at once: as parts of one form, in a zip, or as pages of one file; a worker unpacks
those two (`jobs.photos.unpacking`).

Limits are checked first, for all photos together: a batch that exceeds one stores nothing. After
that each photo stands for itself: its error is recorded under its name, and the others go on.
"""

import uuid
import zipfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Q

from colorweb import clock, leases, zips
from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from colorweb.http import storage_unavailable
from colorweb.leases.wakeups import Wakeup
from jobs.models import Batch, Job, Photo
from jobs.photos import intake, visibility
from jobs.queue import limits
from ml.imaging import photos

UNPACK = Wakeup("jobs.tasks.unpack")
MAX_ENTRIES = 10_000
MAX_LISTED = 4 * MAX_ENTRIES
"""With folders, and the second entry that macOS makes of each file."""
MAX_GROWTH, SMALL_BYTES = 10, 100_000_000
"""A zip may unpack to this many times its size, a small one to this many bytes: photos hardly
shrink."""
MAX_PACKED = 5
"""Zips of one owner that wait to be unpacked: their photos count towards limits only afterwards."""
MAX_PAGES = 200
ZIP, EMPTY_ZIP = b"PK\3\4", b"PK\5\6"
MAX_ERRORS = 1000
RETENTION = timedelta(days=30)
FOLDER = "batches"
TEMPORARY = ("queue_full", "too_many_waiting", "no_room")
"""Limits that a zip waits for; others become errors of single photos."""


def new(visitor: Visitor, options: intake.Options, *, public: bool, language: str = "") -> Batch:
    """A batch of the visitor's, not saved yet; `language` is the first that the sender reads."""
    return Batch(
        id=uuid.uuid4(),
        owner=visitor.user,
        guest=visitor.guest,
        queue_owner=visitor.queue_owner,
        options=asdict(options),
        reference=options.reference,
        metadata=options.metadata,
        public=public,
        language=language,
    )


def accept_parts(
    uploads: Sequence[UploadedFile],
    batch: Batch,
    visitor: Visitor,
    on_saved: Callable[[Batch], None],
) -> None:
    """Make a job of each photo; what is wrong with one is recorded. Raises DomainError."""
    limits.check(visitor, sum(upload.size or 0 for upload in uploads), photos=len(uploads))
    batch.entries = len(uploads)
    with transaction.atomic():
        batch.save(force_insert=True)
        on_saved(batch)
    resume(batch, uploads, visitor)


def resume(batch: Batch, uploads: Sequence[UploadedFile], visitor: Visitor) -> None:
    """Accept the parts that were not dealt with before the connection broke.

    When the storage becomes unavailable, those that are left are refused; if that is all of them,
    none is kept. Of a batch that was canceled none is taken.
    """
    if batch.state == Batch.State.CANCELED:
        return
    with suppress(leases.LeaseLost):  # a concurrent duplicate of this request was quicker
        for upload in uploads[batch.unpacked :]:
            try:
                accept(batch, visitor, upload, upload.name or "photo")
            except Exception as error:
                if not storage_unavailable.is_unavailable(error):
                    raise
                if not batch.unpacked:
                    batch.delete()
                    raise
                for left in uploads[batch.unpacked :]:
                    refuse(batch, left.name or "photo", storage_unavailable.refusal())
                return


def accept_archive(
    upload: UploadedFile, batch: Batch, visitor: Visitor, on_saved: Callable[[Batch], None]
) -> None:
    """Keep a zip, or a file of several pages, for a worker to unpack. Raises DomainError."""
    upload.seek(0)
    if upload.read(len(ZIP)) in (ZIP, EMPTY_ZIP):
        _check_zip(upload, batch, visitor)
    else:
        _check_pages(upload, batch, visitor)
    _keep(upload, batch, visitor, on_saved)


def accept_pages(photo: Photo, visitor: Visitor) -> Batch:
    """Have each other page of a photo's file made a photo of its own. Raises DomainError."""
    others = [page for page in range(1, photo.pages + 1) if page != photo.page][:MAX_PAGES]
    basis = photo.version or photo.newest
    options = intake.Options(
        vividness=photo.vividness,
        network_size=basis.network_size if basis else None,
        model=basis.model if basis else "",
        format=basis.format if basis else "",
        depth=basis.depth if basis else 8,
    )
    limits.check(visitor, photo.bytes * len(others), photos=len(others))
    batch = new(visitor, options, public=False)
    batch.name, batch.pages, batch.entries = photo.name, others, len(others)
    with default_storage.open(photo.source) as source:
        _keep(source, batch, visitor, lambda _: None)
    return batch


def _check_pages(upload: UploadedFile, batch: Batch, visitor: Visitor) -> None:
    try:
        count = photos.pages(cast("BinaryIO", upload.file), intake.LIMITS)
    except photos.PhotoError as error:
        if error.code == "not_a_photo":  # nor does a zip that unpacks itself begin like one
            _check_zip(upload, batch, visitor)
            return
        raise DomainError(error.code, **error.params) from error
    if count > MAX_PAGES:
        raise DomainError("too_many_pages", count=count, limit=MAX_PAGES)
    limits.check(visitor, (upload.size or 0) * count, photos=count)
    batch.name, batch.pages = PurePosixPath(upload.name or "photo").name, [*range(1, count + 1)]
    batch.entries = count


def _check_zip(upload: UploadedFile, batch: Batch, visitor: Visitor) -> None:
    try:
        with opened(cast("IO[bytes]", upload.file), batch.language) as archive:
            entries = photos_in(archive)
    except zipfile.BadZipFile as error:
        raise DomainError("not_a_zip") from error
    except zips.TooManyEntries as error:
        raise DomainError("too_many_entries.uncounted", limit=MAX_ENTRIES) from error
    size = sum(entry.file_size for entry in entries)
    if not entries:
        raise DomainError("empty_zip")
    if len(entries) > MAX_ENTRIES:
        raise DomainError("too_many_entries", count=len(entries), limit=MAX_ENTRIES)
    if size > max(SMALL_BYTES, MAX_GROWTH * (upload.size or 0)):
        raise DomainError("zip_too_dense")
    limits.check(visitor, size, photos=len(entries))
    batch.entries = len(entries)


def _keep(
    file: IO[bytes] | File, batch: Batch, visitor: Visitor, on_saved: Callable[[Batch], None]
) -> None:
    """Store a batch and its archive for a worker. Raises DomainError."""
    packed = Batch.objects.filter(queue_owner=visitor.queue_owner, state=Batch.State.UNPACKING)
    if packed.count() >= MAX_PACKED:
        raise DomainError("too_many_waiting.zips", retry_after=limits.RETRY_AFTER, limit=MAX_PACKED)
    batch.state = Batch.State.UNPACKING
    file.seek(0)
    suffix = "zip" if batch.pages is None else "pages"
    batch.archive = default_storage.save(f"{FOLDER}/{batch.pk}.{suffix}", file)
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
            on_saved(batch)
            transaction.on_commit(UNPACK.publish)
    except BaseException:
        default_storage.delete(batch.archive)
        raise


def sweep() -> int:
    """Forget batches older than a month, guests' when their photos go; how many."""
    of_guests = ~Q(guest="") & Q(created_at__lt=clock.before(settings.GUEST_RETENTION))
    old = Batch.objects.filter(of_guests | Q(created_at__lt=clock.before(RETENTION)))
    for batch in old.exclude(archive=""):
        default_storage.delete(batch.archive)
    for name in _archives():
        stored = f"{FOLDER}/{name}"
        known = Batch.objects.filter(archive=stored).exists()
        if not known and clock.is_orphan(default_storage.get_modified_time(stored)):
            default_storage.delete(stored)
    return old.delete()[0]


def accept(batch: Batch, visitor: Visitor, upload: UploadedFile, name: str, page: int = 1) -> None:
    """Make a job of one photo, or record what is wrong. Raises DomainError if it may wait."""

    options = intake.Options(**batch.options | {"page": page})

    def on_saved(job: Job) -> None:
        Job.objects.filter(pk=job.pk).update(batch=batch, batch_index=batch.unpacked)
        if batch.public:
            visibility.change(job.photo, Photo.Visibility.PUBLIC)
        _advance(batch)

    try:
        intake.accept(upload, visitor, options, on_saved, name)
    except LookupError:
        refuse(batch, name, DomainError("unknown_model", name=batch.options["model"]))
    except DomainError as error:
        if batch.archive and error.code in TEMPORARY:
            raise
        refuse(batch, name, error)


def refuse(batch: Batch, name: str, error: DomainError) -> None:
    """Record what is wrong with a photo; the text is made when somebody reads it."""
    with transaction.atomic():
        if len(batch.errors) < MAX_ERRORS:
            batch.errors.append({"name": name[:200], "index": batch.unpacked, **error.kept})
        _advance(batch, refused=F("refused") + 1, errors=batch.errors)


def _advance(batch: Batch, **values: object) -> None:
    """Record that an entry is dealt with, and release the batch.

    Raises LeaseLost if another worker, or a concurrent duplicate of the request, has dealt with it.
    """
    rows = Batch.objects.filter(pk=batch.pk, unpacked=batch.unpacked)
    values |= {"unpacked": F("unpacked") + 1, "crash_count": 0, "lease_until": None}
    leases.change(rows, fence=batch.attempt, **values)
    batch.unpacked += 1


def opened(file: IO[bytes], language: str) -> AbstractContextManager[zipfile.ZipFile]:
    """The zip in a file. Raises `zipfile.BadZipFile`, `zips.TooManyEntries`."""
    return zips.opened(file, MAX_LISTED, language)


def photos_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of a zip, without what systems leave in it."""
    return [
        entry
        for entry in archive.infolist()
        if not entry.is_dir()
        and not entry.filename.startswith("__MACOSX/")
        and not PurePosixPath(entry.filename).name.startswith(".")
        and PurePosixPath(entry.filename).name not in ("Thumbs.db", "desktop.ini", "")
    ]


def _archives() -> list[str]:
    try:
        return default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return []
