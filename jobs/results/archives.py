"""Many photos as one zip, each its version with its look: made by a worker, deleted after a day.

Rows first, wake-ups after, as with jobs: a worker that dies loses its lease, and the next one
starts from the beginning under its own attempt's number. A zip holds no photo that its owner has
deleted: it is deleted with the first of them.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from typing import IO, Any
from zipfile import ZipFile, ZipInfo

from django.core.exceptions import ObjectDoesNotExist, SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.functions import Now
from django.utils.text import get_valid_filename, slugify

from colorweb import clock, free_space, leases
from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from colorweb.health import fitness
from colorweb.leases.wakeups import Wakeup
from jobs.events import outbox
from jobs.models import Archive, Photo
from jobs.results import looks
from jobs.results.metrics import ARCHIVE_SECONDS
from jobs.storage import access, files

log = logging.getLogger(__name__)

MAKE = Wakeup("jobs.tasks.make_archives")
RETENTION = timedelta(days=1)
MAX_ARCHIVES = 5
"""Zips of one visitor at a time; a new one takes the oldest one's place."""
MAX_PHOTOS = 10_000
MAX_CONCURRENT = 1
"""Zips that are made at a time: the scheduler's work must not wait behind them."""
TICK = 0.5  # seconds between two records of its progress
CHUNK = 256 * 1024
FOLDER = "archives"
UNFINISHED = (Archive.State.QUEUED, Archive.State.RUNNING)


def request(
    photos: Iterable[Photo],
    visitor: Visitor,
    *,
    reference: str = "",
    metadata: dict[str, Any] | None = None,
    on_saved: Callable[[Archive], None] | None = None,
) -> Archive | None:
    """An archive of those photos that have colors, queued to be made; None if none has.

    `on_saved` runs in the transaction that saves it. Raises DomainError where the photos are too
    many, or there is no room for it.
    """
    chosen = Photo.objects.filter(pk__in=[photo.pk for photo in photos])
    colored = list(chosen.filter(version__isnull=False))
    if not colored:
        return None
    if len(colored) > MAX_PHOTOS:
        raise DomainError("too_many_photos", count=len(colored), limit=MAX_PHOTOS)
    free_space.check(sum(photo.stored_bytes for photo in colored), guest=visitor.user is None)
    with transaction.atomic():
        archive = Archive.objects.create(
            owner=visitor.user,
            guest=visitor.guest,
            reference=reference,
            metadata=metadata or {},
            total=len(colored),
            expires_at=clock.now() + RETENTION,
        )
        archive.photos.set(colored)
        if on_saved:
            on_saved(archive)
        for old in access.archives_of(visitor)[MAX_ARCHIVES:]:
            old.delete()
        transaction.on_commit(MAKE.publish)
    return archive


def make_all() -> int:
    """Make what waits, one after another; how many were made."""
    made = 0
    while archive := claim():
        try:
            make(archive)
        except leases.LeaseLost:
            log.info("Archive %s went on without attempt %s.", archive.pk, archive.attempt)
        except Exception as error:
            if not fitness.is_own_failure(error):
                raise
            leases.put_back(archive, state=Archive.State.QUEUED)
        made += 1
    return made


def claim() -> Archive | None:
    """Claim the next archive; None if none waits or as many are being made as may be."""
    states = Archive.State
    with transaction.atomic():
        running = Archive.objects.filter(state=states.RUNNING, lease_until__gte=Now())
        if running.count() >= MAX_CONCURRENT:
            return None
        queued = Archive.objects.filter(state=states.QUEUED).order_by("created_at")
        archive: Archive | None = leases.claim_one(queued, state=states.RUNNING, done=0)
    return archive


def make(archive: Archive) -> None:
    """Write the zip and make it the archive's file. Raises LeaseLost."""
    name = f"{FOLDER}/{archive.pk}-{archive.attempt}.zip"
    began = time.monotonic()
    tick = _Ticker(archive)
    # Held until the storage has it, which may be far away.
    with leases.renewing(archive), files.new_file(name) as file, ZipFile(file, "w") as out:
        for number, (info, source) in enumerate(_entries(archive, tick), start=1):
            _add(out, info, source, tick)
            tick(number)
    size = default_storage.size(name)
    try:
        with transaction.atomic():
            leases.release(
                archive, state=Archive.State.READY, file=name, bytes=size, done=archive.total
            )
            outbox.record_archive(archive)
    except leases.LeaseLost:
        default_storage.delete(name)
        raise
    ARCHIVE_SECONDS.observe(time.monotonic() - began)


def reap() -> None:
    """Requeue what dead workers left, and wake a worker for what waits."""
    leases.requeue(Archive.objects.filter(state=Archive.State.RUNNING), _requeue, _give_up)
    MAKE.ensure(Archive.objects.filter(state=Archive.State.QUEUED))


def _requeue(archive: Archive) -> None:
    leases.release(archive, state=Archive.State.QUEUED)


def _give_up(archive: Archive) -> None:
    leases.release(archive, state=Archive.State.FAILED)


def expire() -> int:
    """Delete archives whose day is over, and files that no archive points at; how many."""
    gone = 0
    for archive in Archive.objects.filter(expires_at__lt=clock.before(timedelta())):
        archive.delete()
        gone += 1
    return gone + _sweep()


def _sweep() -> int:
    try:
        _, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    known = set(Archive.objects.exclude(file="").values_list("file", flat=True))
    swept = 0
    for name in (f"{FOLDER}/{name}" for name in names):
        if name not in known and clock.is_orphan(default_storage.get_modified_time(name)):
            default_storage.delete(name)
            swept += 1
    return swept


def _entries(archive: Archive, tick: Callable[[], None]) -> Iterator[tuple[ZipInfo, str]]:
    """For each photo the name in the zip, and the storage name of its version in its look."""
    taken: set[str] = set()
    photos = archive.photos.filter(trashed_at=None, version__isnull=False)
    photos = photos.select_related("version").order_by("created_at", "pk")
    for photo in photos.iterator(chunk_size=500):
        job = photo.version
        if job is None:
            continue
        job.photo = photo
        try:
            source = looks.full_size(job, tick)
        except ObjectDoesNotExist:  # deleted just now
            continue
        *folders, own = PurePosixPath(photo.name).parts
        folder = "".join(f"{_valid(part)}/" for part in folders)
        stem, suffix = _titled(photo) or PurePosixPath(own).stem, PurePosixPath(source).suffix
        name, number = folder + get_valid_filename(f"{stem}-color{suffix}"), 1
        while name.casefold() in taken:
            number += 1
            name = folder + get_valid_filename(f"{stem}-color-{number}{suffix}")
        taken.add(name.casefold())
        yield ZipInfo(name, job.created_at.timetuple()[:6]), source


def _titled(photo: Photo) -> str:
    """The photo's title as a file's name; empty where there is none."""
    return slugify(photo.title, allow_unicode=True)[:80]


def _valid(folder: str) -> str:
    try:
        return get_valid_filename(folder)
    except SuspiciousFileOperation:  # nothing is left of it
        return "_"


def _add(out: ZipFile, info: ZipInfo, source: str, tick: Callable[[], None]) -> None:
    """One picture, as it is: it is compressed already. One that was deleted is left out."""
    try:
        file: IO[bytes] = default_storage.open(source)
    except FileNotFoundError as error:
        if fitness.is_own_failure(error):
            raise
        return
    info.file_size = default_storage.size(source)  # decides whether the entry needs 64 bits
    with file, out.open(info, "w") as entry:
        while piece := file.read(CHUNK):
            entry.write(piece)
            tick()


class _Ticker:
    """Records now and then how many photos are in."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.done = 0
        self.recorded = time.monotonic()

    def __call__(self, done: int | None = None) -> None:
        """Raises LeaseLost, also if the archive was deleted."""
        self.done = self.done if done is None else done
        if time.monotonic() - self.recorded < TICK:
            return
        self.recorded = time.monotonic()
        leases.write(self.archive, done=self.done)
