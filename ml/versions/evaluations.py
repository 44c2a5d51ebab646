"""Measuring versions: requested by staff, done by the worker that trains, one after another.

Both versions are measured on the same photos (`ml.versions.measuring`); a worker that dies loses
its lease, and the next one starts over.
"""

import json
import logging
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.functions import Now

from colorweb import leases, pytorch
from colorweb.accounts.models import User
from colorweb.audit.records import record
from colorweb.errors import DomainError
from colorweb.health import fitness
from ml import wakeups
from ml.datasets.index import TRAINING, VALIDATION
from ml.datasets.materialize import ChosenSet, materialize
from ml.models import DataSet, Evaluation, ModelVersion
from ml.requeue import requeue
from ml.resnet_gray.evaluation.photo_figures import PhotoFigures
from ml.versions import gate, measuring, pictures, registry

log = logging.getLogger(__name__)
State = Evaluation.State

UNDER_WAY = (State.QUEUED, State.RUNNING)
SIDES = ("ours", "theirs")

WORKER_DIED = DomainError("worker_died.evaluation")
BROKE = DomainError("internal_error.evaluation")


def request(
    version: ModelVersion, data_set: DataSet | None = None, by: User | None = None
) -> Evaluation:
    """Have a version compared with the one in service, on a set or on those that decide.

    Raises DomainError where there is nothing to measure on, or nothing to compare with.
    """
    serving = registry.current()
    if version == serving:
        raise DomainError("in_service")
    parts = gate.of(data_set) if data_set else gate.data_sets(version)
    if not parts:
        raise DomainError("nothing_to_measure")
    with transaction.atomic():
        evaluation = Evaluation.objects.create(
            version=version, against=serving, is_gate=not data_set, parts=parts, created_by=by
        )
        photos = [part["name"] for part in parts]
        record("comparison requested", version, after={"with": str(serving), "photos": photos})
        transaction.on_commit(wakeups.EVALUATE.publish)
    return evaluation


def unfinished(version: ModelVersion, serving: ModelVersion) -> Evaluation | None:
    """The last comparison of the two that decides, unless it has come to figures."""
    gates = Evaluation.objects.filter(is_gate=True, version=version, against=serving)
    last = gates.first()
    return last if last and last.state != State.READY else None


def cancel(evaluation: Evaluation) -> None:
    """End a comparison that waits or is made; its worker leaves it within seconds.

    Raises DomainError if it has ended.
    """
    rows = Evaluation.objects.filter(pk=evaluation.pk, state__in=UNDER_WAY)
    with transaction.atomic():
        if not rows.update(state=State.CANCELED, lease_until=None, finished_at=Now()):
            raise DomainError("evaluation_ended")
        record("comparison canceled", evaluation.version, before={"state": evaluation.state})


class Interrupted(Exception):
    """This worker has to end; the comparison waits for the next one."""


def work(must_end: Callable[[], bool] = lambda: False) -> None:
    """Measure whatever waits, one after another, until `must_end`; all waits while PyTorch is not
    here.
    """
    if not pytorch.python():
        return
    waiting = Evaluation.objects.filter(state=State.QUEUED).order_by("created_at")
    while not must_end() and (
        evaluation := leases.claim_one(
            waiting, state=State.RUNNING, worker=leases.worker_name(), progress=0.0, error={}
        )
    ):
        with leases.renewing(evaluation) as lease:

            def check(lease: leases.Renewal = lease) -> None:
                if lease.lost.is_set():
                    raise leases.LeaseLost
                if must_end():
                    raise Interrupted

            try:
                _measure_all(evaluation, check)
            except leases.LeaseLost:
                log.info("Evaluation %s moved on without us.", evaluation.pk)
            except Interrupted:
                leases.put_back(evaluation, state=State.QUEUED)
                return
            except Exception as error:  # noqa: BLE001 - each has its end
                _end_with(evaluation, error)


def _end_with(evaluation: Evaluation, error: Exception) -> None:
    if fitness.is_own_failure(error):
        leases.put_back(evaluation, state=State.QUEUED)
    elif isinstance(error, DomainError):
        _fail(evaluation, error)
    else:
        log.error("Evaluation %s broke.", evaluation.pk, exc_info=error)
        _fail(evaluation, BROKE)


def reap() -> None:
    """Requeue what dead workers left; wake a worker for what waits."""
    requeue(Evaluation.objects.filter(state=State.RUNNING), WORKER_DIED)
    wakeups.EVALUATE.ensure(Evaluation.objects.filter(state=State.QUEUED))


def _measure_all(evaluation: Evaluation, check: Callable[[], None]) -> None:
    parts = []
    for place, part in enumerate(evaluation.parts):
        with tempfile.TemporaryDirectory() as folder:
            parts.append(_measure_part(evaluation, place, part, Path(folder), check))
        _report_progress(evaluation, (place + 1) / len(evaluation.parts))
    _end(evaluation, State.READY, parts=parts)


def _measure_part(
    evaluation: Evaluation,
    place: int,
    part: dict[str, Any],
    folder: Path,
    check: Callable[[], None],
) -> dict[str, Any]:
    """One set measured by both versions: figures, the sheet, and every photo."""
    photos = _photos(part, folder)
    ours = measuring.measure(evaluation.version, photos, folder / "ours", check)
    _report_progress(evaluation, (place + 0.5) / len(evaluation.parts))
    theirs = measuring.measure(evaluation.against, photos, folder / "theirs", check)
    stem = f"{evaluation.folder}/{evaluation.attempt}-{place}"
    lines = _compare(part["name"], ours, theirs, f"{stem}.json")
    both = measuring.side_by_side(folder / "ours.png", folder / "theirs.png", ours["photos"])
    default_storage.save(f"{stem}.jpg", ContentFile(both))
    pictures.store(f"{stem}.zip", folder / "ours", folder / "theirs", folder / "photos.zip")
    return {
        **part,
        "ours": ours,
        "theirs": theirs,
        "lines": lines,
        "sheet": f"{stem}.jpg",
        "each": f"{stem}.json",
        "pictures": f"{stem}.zip",
    }


def _compare(
    name: str, ours: dict[str, Any], theirs: dict[str, Any], each: str
) -> list[dict[str, Any]]:
    """The gate's lines; the figures of every photo go into a file, out of those of the set."""
    sides = [ours.pop("each"), theirs.pop("each")]
    default_storage.save(each, ContentFile(json.dumps(dict(zip(SIDES, sides, strict=True)))))
    rows = [[PhotoFigures.of(row) for row in side] for side in sides]
    return [asdict(line) for line in gate.lines_of(name, *rows)]


def _photos(part: dict[str, Any], folder: Path) -> list[Path]:
    """The photos of a part as local tars."""
    data_set = DataSet.objects.filter(pk=part["data_set"]).first()
    if data_set is None:
        raise DomainError("data_set_gone", name=part["name"])
    tars = materialize([ChosenSet(data_set, part["fingerprint"])], folder / "photos")
    return [tars[VALIDATION], tars[TRAINING]] if part["whole"] else [tars[VALIDATION]]


def _report_progress(evaluation: Evaluation, done: float) -> None:
    leases.write(evaluation, progress=round(done, 3))


def _fail(evaluation: Evaluation, error: DomainError) -> None:
    """Ends it with a reason, unless somebody else has it by now."""
    with suppress(leases.LeaseLost):
        _end(evaluation, State.FAILED, error=error.kept)


def _end(evaluation: Evaluation, to: str, **values: Any) -> None:
    leases.release(evaluation, state=to, progress=1.0, finished_at=Now(), **values)
