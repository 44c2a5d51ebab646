"""Do files and rows agree? A worker looks at every photo; the console shows what it found.

Nothing is changed: `files.sweep` deletes what no row knows once it is old enough, and what a row
misses has to come back from a backup.
"""

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Prefetch
from django.db.models.functions import Now

from colorweb import leases
from colorweb.accounts.models import User
from colorweb.health import fitness
from colorweb.leases.wakeups import Wakeup
from jobs.models import Check, Job, Photo, folder_of
from jobs.models import State as JobState
from jobs.storage import files
from ml.models import ModelVersion

log = logging.getLogger(__name__)

CHECK = Wakeup("jobs.tasks.check_files")
State = Check.State
MAX_NAMES = 20  # of each kind of finding


def request(by: User | None = None) -> Check:
    """The check that runs or waits, or a new one for a worker to do."""
    with transaction.atomic():
        last = Check.objects.select_for_update().first()
        if last and last.state in (State.QUEUED, State.RUNNING):
            return last
        check: Check = Check.objects.create(asked_by=by)
        transaction.on_commit(CHECK.publish)
    return check


def work() -> None:
    """Do the check that waits, if there is one; only one worker gets it."""
    check = leases.claim_one(Check.objects.filter(state=State.QUEUED), state=State.RUNNING)
    if check is None:
        return
    try:
        with leases.renewing(check):
            findings = look(lambda done: leases.write(check, progress=done))
        _end(check, State.DONE, findings=asdict(findings))
    except leases.LeaseLost:
        log.info("The check of files and rows went on without attempt %s.", check.attempt)
    except Exception as error:
        if fitness.is_own_failure(error):
            leases.put_back(check, state=State.QUEUED)
            return
        log.exception("The check of files and rows broke.")
        with suppress(leases.LeaseLost):
            _end(check, State.FAILED)


def reap() -> None:
    """Requeue a check whose worker died, and wake a worker for one that waits."""
    leases.requeue(
        Check.objects.filter(state=State.RUNNING),
        lambda check: leases.release(check, state=State.QUEUED),
        lambda check: _end(check, State.FAILED),
    )
    CHECK.ensure(Check.objects.filter(state=State.QUEUED))


def _end(check: Check, to: str, **values: object) -> None:
    leases.release(check, state=to, finished_at=Now(), **values)


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
    done = Prefetch("jobs", Job.objects.filter(state=JobState.SUCCEEDED), to_attr="done")
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
        job.photo = photo
        for kind in files.of_result(job):
            yield files.name_of(job, kind)


def _names_in(folder: str) -> set[str]:
    try:
        return {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
    except FileNotFoundError:
        return set()
