"""Do files and rows agree? A worker looks at every photo; the console shows what it found.

Nothing is changed: sweeps delete what no row knows once it is old enough (`jobs.storage.orphans`,
`ml.datasets.orphans`), and what a row misses has to come back from a backup.
"""

import logging
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.functions import Now

from colorweb import leases
from colorweb.accounts.models import User
from colorweb.health import fitness
from colorweb.leases.wakeups import Wakeup
from jobs.models import Check, Photo
from jobs.storage import orphans
from ml.datasets import orphans as orphans_of_networks
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
    for shard in orphans.SHARDS:
        _look_at(shard, findings)
        report((shard + 1) / len(orphans.SHARDS))
    findings.add("unknown", sorted(orphans.probes()))
    _look_at_networks(findings)
    return findings


def _look_at(shard: int, findings: Findings) -> None:
    """Compare the photos whose ids begin with one byte."""
    stored = orphans.stored(shard)
    first = uuid.UUID(int=shard << 120)
    last = uuid.UUID(int=((shard + 1) << 120) - 1)
    ids = list(Photo.objects.filter(pk__range=(first, last)).values_list("pk", flat=True))
    for begin in range(0, len(ids), orphans.BATCH):
        for photo in orphans.with_rows(ids[begin : begin + orphans.BATCH]):
            findings.photos += 1
            names = stored.pop(photo.pk, {})
            findings.files += len(names)
            gone = [name for name in orphans.known(photo) if name not in names and _is_gone(name)]
            if gone and Photo.objects.filter(pk=photo.pk).exists():  # not deleted just now
                findings.add("missing", gone)
            findings.add("unknown", sorted(orphans.unknown(photo, names)))
    for names in stored.values():
        findings.add("unknown", sorted(orphans.unknown(None, names)))


def _look_at_networks(findings: Findings) -> None:
    """Compare the files of models and data sets."""
    known = {
        *ModelVersion.objects.exclude(file="").values_list("file", flat=True),
        *orphans_of_networks.known(),
    }
    gone = [name for name in sorted(known) if _is_gone(name)]
    findings.files += len(known) - len(gone)
    findings.add("missing", gone)
    findings.add("unknown", sorted(orphans_of_networks.unknown()))


def _is_gone(name: str) -> bool:
    return not default_storage.exists(name)
