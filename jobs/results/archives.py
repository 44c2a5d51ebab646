"""Many photos' colors as one zip: asked for on a page, made by a worker, gone after a day.

Rows first, tokens after, as with jobs: whoever dies while making one loses the lease, and it is
made anew under the next attempt's number. A zip holds no photo that its owner has deleted: it
goes with the first of them.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import PurePath
from typing import IO
from zipfile import ZipFile, ZipInfo

from celery import current_app
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import get_valid_filename

from colorweb.accounts.visitors import Visitor
from colorweb.leases import Renewal
from jobs.models import Archive, Photo, State
from jobs.storage import access, files

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=1)
MOST = 5
"""Zips of one visitor at a time; a new one takes the oldest one's place."""
AT_ONCE = 1
"""Zips that are made at a time: the clock's work must not wait behind them."""
TICK = 0.5  # seconds between two notes of how far it has come
CHUNK = 256 * 1024
FOLDER = "archives"
UNFINISHED = (Archive.State.QUEUED, Archive.State.RUNNING)


class Superseded(Exception):
    """The archive is not this worker's any more."""


def ask(photos: Iterable[Photo], visitor: Visitor) -> Archive | None:
    """An archive of those photos that have colors, queued to be made; None if none has."""
    wanted = Photo.objects.filter(pk__in=[photo.pk for photo in photos])
    colored = list(wanted.filter(jobs__state=State.SUCCEEDED).distinct())
    if not colored:
        return None
    with transaction.atomic():
        archive = Archive.objects.create(
            owner=visitor.user,
            guest=visitor.guest,
            total=len(colored),
            expires_at=timezone.now() + KEPT_FOR,
        )
        archive.photos.set(colored)
        for old in access.archives_of(visitor)[MOST:]:
            old.delete()
        transaction.on_commit(wake)
    return archive


def wake() -> None:
    """Tell a worker. A broker that is away is logged: the reaper tells again."""
    try:
        current_app.send_task("jobs.tasks.make_archives", retry=False, expires=30)
    except Exception:
        log.warning("Could not wake a worker for an archive; the reaper will.", exc_info=True)


def make_all() -> int:
    """Make what waits, one after another; how many were made."""
    made = 0
    while archive := claim():
        try:
            make(archive)
        except Superseded:
            log.info("Archive %s went on without attempt %s.", archive.pk, archive.attempt)
        made += 1
    return made


def claim() -> Archive | None:
    """The next archive to make, its lease begun and its attempt counted; None if none waits."""
    with transaction.atomic():
        alive = Archive.objects.filter(state=Archive.State.RUNNING, lease_until__gte=Now())
        if alive.count() >= AT_ONCE:
            return None
        rows = Archive.objects.filter(state=Archive.State.QUEUED).order_by("created_at")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        archive = rows.first()
        if archive is None:
            return None
        Archive.objects.filter(pk=archive.pk).update(
            state=Archive.State.RUNNING,
            attempt=F("attempt") + 1,
            lease_until=Now() + settings.JOB_LEASE,
            done=0,
        )
    archive.refresh_from_db()
    return archive


def make(archive: Archive) -> None:
    """Write the zip and make it the archive's file. Raises Superseded if it moved on meanwhile."""
    name = f"{FOLDER}/{archive.pk}-{archive.attempt}.zip"
    tick = _Ticker(archive)
    # Held until the storage has it, which may be far away.
    with Renewal(_held(archive)), files.new_file(name) as file, ZipFile(file, "w") as out:
        for number, (info, source) in enumerate(_entries(archive), start=1):
            _add(out, info, source, tick)
            tick(number)
    finished = {"state": Archive.State.READY, "file": name, "bytes": default_storage.size(name)}
    if not _held(archive).update(done=F("total"), lease_until=None, **finished):
        default_storage.delete(name)
        raise Superseded


def reap() -> None:
    """Take back what dead workers left, and tell workers of what waits."""
    dead = Archive.objects.filter(state=Archive.State.RUNNING, lease_until__lt=Now())
    given_up = {"state": Archive.State.FAILED, "lease_until": None}
    dead.filter(attempt__gte=settings.JOB_MAX_ATTEMPTS).update(**given_up)
    dead.update(state=Archive.State.QUEUED, lease_until=None)
    if Archive.objects.filter(state=Archive.State.QUEUED).exists():
        wake()


def expire() -> int:
    """Delete archives whose day is over, and files that no archive points at; how many."""
    gone = 0
    for archive in Archive.objects.filter(expires_at__lt=timezone.now()):
        archive.delete()
        gone += 1
    return gone + _sweep()


def _sweep() -> int:
    try:
        _, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    known = set(Archive.objects.exclude(file="").values_list("file", flat=True))
    oldest = timezone.now() - files.ORPHAN_AGE
    swept = 0
    for name in (f"{FOLDER}/{name}" for name in names):
        if name not in known and default_storage.get_modified_time(name) < oldest:
            default_storage.delete(name)
            swept += 1
    return swept


def _entries(archive: Archive) -> Iterator[tuple[ZipInfo, str]]:
    """For each photo the name in the zip, and the storage name of its newest result."""
    taken: set[str] = set()
    photos = archive.photos.filter(trashed_at=None).order_by("created_at", "pk")
    for photo in photos.iterator(chunk_size=500):
        job = photo.jobs.filter(state=State.SUCCEEDED).order_by("-created_at").first()
        if job is None:
            continue
        source = files.name_of(job, "result")
        stem, suffix = PurePath(photo.name).stem, PurePath(source).suffix
        name, number = get_valid_filename(f"{stem}-color{suffix}"), 1
        while name.casefold() in taken:
            number += 1
            name = get_valid_filename(f"{stem}-color-{number}{suffix}")
        taken.add(name.casefold())
        yield ZipInfo(name, job.created_at.timetuple()[:6]), source


def _add(out: ZipFile, info: ZipInfo, source: str, tick: Callable[[], None]) -> None:
    """One picture, as it is: it is compressed already. One that was deleted is left out."""
    try:
        file: IO[bytes] = default_storage.open(source)
    except FileNotFoundError:
        return
    info.file_size = default_storage.size(source)  # decides whether the entry needs 64 bits
    with file, out.open(info, "w") as entry:
        while piece := file.read(CHUNK):
            entry.write(piece)
            tick()


def _held(archive: Archive) -> QuerySet[Archive]:
    """The archive's row while it is this attempt's."""
    return Archive.objects.filter(
        pk=archive.pk, state=Archive.State.RUNNING, attempt=archive.attempt
    )


class _Ticker:
    """Notes now and then how many photos are in."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.done = 0
        self.noted = time.monotonic()

    def __call__(self, done: int | None = None) -> None:
        """Raises Superseded if the archive went to somebody else, or was deleted."""
        self.done = self.done if done is None else done
        if time.monotonic() - self.noted < TICK:
            return
        self.noted = time.monotonic()
        if not _held(self.archive).update(done=self.done):
            raise Superseded
