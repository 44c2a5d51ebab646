"""Do files and rows agree? A worker looks at every photo; the console shows what it found.

Nothing is changed: `files.sweep` deletes what no row knows once it is old enough, and what a row
misses has to come back from a backup.
"""

import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from celery import current_app
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from colorweb.accounts.models import User
from jobs.models import Check, Job, Photo, State, folder_of
from jobs.storage import files
from ml.models import ModelVersion

log = logging.getLogger(__name__)

SILENCE = timedelta(minutes=2)
"""A check that has said nothing for so long has lost its worker."""
MAX_NAMES = 20  # of each kind of finding


def request(by: User | None = None) -> Check:
    """The check that runs or waits, or a new one for a worker to do."""
    with transaction.atomic():
        last = Check.objects.select_for_update().first()
        if last and not is_over(last):
            return last
        check = Check.objects.create(asked_by=by)
    try:
        current_app.send_task("jobs.tasks.check_files", retry=False)
    except Exception:
        log.warning("Could not wake a worker for the check.", exc_info=True)
    return check


def is_over(check: Check) -> bool:
    """Whether nobody works on it any more, or ever will."""
    ended = check.state in (Check.State.DONE, Check.State.FAILED)
    return ended or check.seen_at < timezone.now() - SILENCE


def work() -> None:
    """Do the check that waits, if there is one; only one worker gets it."""
    newest = Check.objects.filter(state=Check.State.QUEUED).values_list("pk", flat=True).first()
    rows = Check.objects.filter(pk=newest or 0)
    claimed = rows.filter(state=Check.State.QUEUED)
    if not claimed.update(state=Check.State.RUNNING, seen_at=timezone.now()):
        return
    try:
        findings = look(lambda done: rows.update(progress=done, seen_at=timezone.now()))
        rows.update(state=Check.State.DONE, findings=asdict(findings), finished_at=timezone.now())
    except Exception:
        log.exception("The check of files and rows broke.")
        rows.update(state=Check.State.FAILED, finished_at=timezone.now())


@dataclass
class Findings:
    """Counts, and the first names of what is wrong: files that a row names and that are
    `missing`, and `unknown` ones that none does.
    """

    photos: int = 0
    files: int = 0
    missing: int = 0
    unknown: int = 0
    named: dict[str, list[str]] = field(default_factory=lambda: {"missing": [], "unknown": []})

    def add(self, kind: str, names: list[str]) -> None:
        """Count files of a kind, and name the first of them."""
        setattr(self, kind, getattr(self, kind) + len(names))
        self.named[kind] += names[: MAX_NAMES - len(self.named[kind])]


def look(report: Callable[[float], object]) -> Findings:
    """Compare everything; `report` gets the progress, 0 to 1."""
    findings = Findings()
    for shard in range(256):
        _look_at(shard, findings)
        report((shard + 1) / 256)
    stored = ModelVersion.objects.exclude(file="").values_list("file", flat=True)
    gone = [name for name in stored if not default_storage.exists(name)]
    findings.files += len(stored) - len(gone)
    findings.add("missing", gone)
    return findings


def _look_at(shard: int, findings: Findings) -> None:
    """Compare the photos whose ids begin with one byte."""
    name = f"photos/{shard:02x}"
    there = {uuid.UUID(folder) for folder in files.folders(name)}
    first = uuid.UUID(int=shard << 120)
    last = uuid.UUID(int=((shard + 1) << 120) - 1)
    done = Prefetch("jobs", Job.objects.filter(state=State.SUCCEEDED), to_attr="done")
    photos = Photo.objects.filter(pk__range=(first, last)).prefetch_related(done)
    for photo in photos.iterator(chunk_size=500):
        findings.photos += 1
        found = _names_in(photo.folder)
        findings.files += len(found)
        there.discard(photo.pk)
        gone = [name for name in expected(photo, photo.done) if name not in found]
        if gone and Photo.objects.filter(pk=photo.pk).exists():  # not deleted just now
            findings.add("missing", gone)
    for orphan in there:
        folder = folder_of(orphan)
        if (names := _names_in(folder)) and files.is_old(folder):
            findings.add("unknown", sorted(names))


def expected(photo: Photo, done: list[Job]) -> Iterator[str]:
    """Storage names of everything that a photo's rows promise."""
    yield photo.source
    for kind in files.of_photo(photo.has_color):
        yield files.name_in(photo.pk, kind)
    for job in done:
        for kind in files.OF_RESULT:
            yield files.name_of(job, kind)


def _names_in(folder: str) -> set[str]:
    try:
        return {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
    except FileNotFoundError:
        return set()
