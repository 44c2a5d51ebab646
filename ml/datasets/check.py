"""The check of a data set by a worker: every photo is checked once, and a report made of all."""

import itertools
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from PIL import Image

from colorweb import leases
from colorweb.errors import DomainError
from colorweb.health import fitness
from colorweb.leases import Renewal
from ml import wakeups
from ml.datasets import editing, index, sources
from ml.datasets.archives import Found
from ml.datasets.copies import Copies
from ml.datasets.errors import Unreadable
from ml.datasets.pictures import (
    DUPLICATE,
    PROBLEMS,
    THUMBNAIL,
    USABLE,
    CheckedPhoto,
    Entry,
    check_photo,
)
from ml.datasets.tiles import Tiles
from ml.models.datasets import DataSet
from ml.requeue import requeue

log = logging.getLogger(__name__)
State = DataSet.State

MAX_NAMED = 100  # of each kind of problem, in the report; the index names all
SHEET_COLUMNS, SHEET_ROWS = 10, 5
SHOWN = SHEET_COLUMNS * SHEET_ROWS  # photos of the contact sheet, those of the lowest hashes
AHEAD = 32  # photos read before the first of them is checked
REPORT_EVERY = 1.0  # seconds

WORKER_DIED = DomainError("worker_died.check")
BROKE = DomainError("internal_error.check")


@dataclass
class Report:
    """What has been found so far."""

    entries: list[Entry] = field(default_factory=list)
    copies: Copies = field(default_factory=Copies)
    names: dict[str, str] = field(default_factory=dict)  # by sha256
    pictures: list[tuple[str, np.ndarray]] = field(default_factory=list)
    tiles: Tiles = field(default_factory=Tiles)

    def add(self, checked: CheckedPhoto) -> None:
        """Adds one photo, as a duplicate if it was there before."""
        entry = checked.entry
        if entry.verdict == USABLE:
            first = self.names.get(entry.sha256)
            if not first and checked.looks:
                first = self.copies.first(checked.looks, entry.name)
            if first:
                entry.verdict, entry.detail = DUPLICATE, first
            else:
                self.names[entry.sha256] = entry.name
        if entry.verdict == USABLE and checked.thumbnail is not None:
            # The lowest hashes are a fair sample, and the same one at every check.
            self.pictures.append((entry.sha256, checked.thumbnail))
            if len(self.pictures) > 4 * SHOWN:
                self.pictures = self.shown()
        if checked.thumbnail is not None:
            self.tiles.add(len(self.entries), checked.thumbnail)
        self.entries.append(entry)

    def shown(self) -> list[tuple[str, np.ndarray]]:
        """The photos of the contact sheet."""
        return sorted(self.pictures, key=lambda each: each[0])[:SHOWN]

    def figures(self) -> dict[str, Any]:
        """Counts, and the first names of each kind of problem with the reason."""
        found: dict[str, list[Entry]] = {problem: [] for problem in PROBLEMS}
        for entry in self.entries:
            found.get(entry.verdict, []).append(entry)
        return {
            "photos": len(self.entries),
            **{problem: len(entries) for problem, entries in found.items()},
            "named": {
                problem: [[entry.name, entry.detail] for entry in entries[:MAX_NAMED]]
                for problem, entries in found.items()
                if entries
            },
        }

    def sheet(self) -> bytes:
        """The contact sheet as a JPEG."""
        shown = [picture for _hash, picture in self.shown()]
        columns = min(SHEET_COLUMNS, len(shown))
        rows = -(-len(shown) // columns)
        sheet = np.full((rows * THUMBNAIL, columns * THUMBNAIL, 3), 255, np.uint8)
        for place, picture in enumerate(shown):
            top, left = place // columns * THUMBNAIL, place % columns * THUMBNAIL
            sheet[top : top + THUMBNAIL, left : left + THUMBNAIL] = picture
        buffer = BytesIO()
        Image.fromarray(sheet).save(buffer, "JPEG", quality=88)
        return buffer.getvalue()


def work() -> int:
    """Checks data sets until none waits; how many. One at a time, so that other work goes on."""
    for done in itertools.count():
        busy = DataSet.objects.filter(state=State.CHECKING)
        if busy.exists():
            return done
        waiting = DataSet.objects.filter(state=State.QUEUED).order_by("created_at")
        data_set = leases.claim_one(
            waiting, state=State.CHECKING, worker=leases.worker_name(), progress=0.0, error={}
        )
        if data_set is None:
            return done
        with leases.renewing(data_set) as lease:
            _check(data_set, lease)
    raise AssertionError


def _check(data_set: DataSet, lease: Renewal) -> None:
    """Brings a claimed set to an end: ready, or failed with an error."""
    try:
        report = check_photos(
            sources.photos(data_set), lambda done: _report_progress(data_set, done)
        )
        _finish(data_set, report)
    except leases.LeaseLost:
        log.info("Data set %s moved on without attempt %s.", data_set.pk, data_set.attempt)
    except Exception as error:
        if lease.lost.is_set():
            return
        if fitness.is_own_failure(error):
            leases.put_back(data_set, state=State.QUEUED)
            return
        if isinstance(error, DomainError):
            _end(data_set, State.FAILED, error=error.kept)
            return
        log.exception("The check of data set %s broke.", data_set.pk)
        _end(data_set, State.FAILED, error=BROKE.kept)


def check_photos(found: Iterable[Found], on_progress: Callable[[float], None]) -> Report:
    """Checks all photos, two at a time; calls `on_progress` with 0..1 about once a second."""
    report, reported = Report(), 0.0
    with ThreadPoolExecutor(2) as pool:
        for done, checked in _ahead(pool, found):
            report.add(checked)
            if time.monotonic() - reported > REPORT_EVERY:
                reported = time.monotonic()
                on_progress(done)
    return report


def _ahead(
    pool: ThreadPoolExecutor, found: Iterable[Found]
) -> Iterator[tuple[float, CheckedPhoto]]:
    """Reads in order, because an archive has one position; decodes at the same time."""
    waiting: list[tuple[float, Future[CheckedPhoto]]] = []
    for photo in found:
        waiting.append((photo.done, pool.submit(check_photo, photo.name, _content(photo))))
        if len(waiting) >= AHEAD:
            done, checked = waiting.pop(0)
            yield done, checked.result()
    for done, checked in waiting:
        yield done, checked.result()


def _content(photo: Found) -> bytes | Unreadable:
    try:
        return photo.read()
    except Unreadable as error:
        return error


def _report_progress(data_set: DataSet, done: float) -> None:
    leases.write(data_set, progress=round(done, 3))


def _finish(data_set: DataSet, report: Report) -> None:
    editing.apply_again(data_set, report.entries)
    index.split(report.entries)
    parts = [entry.part for entry in report.entries]
    training, validation = parts.count(index.TRAINING), parts.count(index.VALIDATION)
    figures = report.figures()
    if not training:
        _end(data_set, State.FAILED, error=_nothing(figures).kept, report=figures)
        return
    stem = f"{data_set.folder}/{data_set.attempt}"
    index.write(f"{stem}-index.jsonl.gz", report.entries)
    default_storage.save(f"{stem}-sheet.jpg", ContentFile(report.sheet()))
    report.tiles.store(f"{stem}-tiles.zip")
    _end(
        data_set,
        State.READY,
        training=training,
        validation=validation,
        fingerprint=index.fingerprint(report.entries),
        report=figures,
        index=f"{stem}-index.jsonl.gz",
        sheet=f"{stem}-sheet.jpg",
        tiles=f"{stem}-tiles.zip",
    )
    for old in (data_set.index, data_set.sheet, data_set.tiles):
        if old:
            default_storage.delete(old)


def _nothing(figures: dict[str, Any]) -> DomainError:
    if not figures["photos"]:
        return DomainError("no_photos")
    return DomainError(
        "no_photos.found",
        **{key: figures[key] for key in ("photos", "broken", "gray", "toned", "small")},
    )


def _end(data_set: DataSet, to: str, **values: Any) -> None:
    leases.release(data_set, state=to, crash_count=0, progress=1.0, checked_at=Now(), **values)


def reap() -> None:
    """Requeues checks whose worker died; after three of them the set has failed."""
    requeue(DataSet.objects.filter(state=State.CHECKING), WORKER_DIED)
    wakeups.CHECK.ensure(DataSet.objects.filter(state=State.QUEUED))
