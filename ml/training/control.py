"""What staff do with runs: start, stop, resume, annotate, delete; for pages, API and commands."""

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from colorweb import leases
from colorweb.accounts.models import User
from colorweb.audit.records import record
from colorweb.errors import DomainError
from ml import wakeups
from ml.datasets.manage import delete_folder
from ml.models.datasets import DataSet
from ml.models.runs import OVER, RunData, TrainingRun
from ml.training import estimate, retention, states
from ml.training.options import PRESETS, SERVED, Options
from ml.training.validation import usable, verify

State, Stage = TrainingRun.State, TrainingRun.Stage


def start(
    preset: str,
    data_sets: Sequence[DataSet],
    options: Options | None = None,
    *,
    base: str | None = None,
    name: str = "",
    note: str = "",
    user: User | None = None,
    run_id: uuid.UUID | None = None,
) -> TrainingRun:
    """Makes a run and queues it at once. Raises DomainError.

    `base` names the model to go on from, empty for a new network; None leaves it to the preset.
    Called twice with one `run_id`, it answers the first call's run.
    """
    if run_id and (known := TrainingRun.objects.filter(pk=run_id).first()):
        return known
    options = options or Options()
    verify(preset, data_sets, options, base)
    chosen = PRESETS[preset]
    if base is None:
        base = SERVED if chosen.from_served else ""
    effective = chosen.effective(options)
    if not options.batch and effective.batch:
        photos = usable(data_sets, options)
        effective = replace(effective, batch=min(effective.batch, photos))
    run = TrainingRun(
        id=run_id or uuid.uuid4(),
        name=name or f"{preset} {datetime.now():%Y-%m-%d %H:%M}",  # noqa: DTZ005 (for people)
        note=note,
        preset=preset,
        base=base,
        options=effective.kept(),
        now={"seconds_left": round(estimate.seconds(preset, effective, data_sets))},
        created_by=user,
    )
    with transaction.atomic():
        made, new = TrainingRun.objects.get_or_create(pk=run.pk, defaults=_columns(run))
        if new:
            RunData.objects.bulk_create(
                RunData(run=made, data_set=d, name=d.name, fingerprint=d.fingerprint)
                for d in data_sets
            )
            what = {"preset": preset, "base": base, "options": run.options}
            record("run started", made, after={**what, "data": [d.name for d in data_sets]})
            transaction.on_commit(wakeups.TRAIN.publish)
    return made


def _columns(run: TrainingRun) -> dict[str, Any]:
    names = ("name", "note", "preset", "base", "options", "now", "created_by")
    return {name: getattr(run, name) for name in names}


def stop(run: TrainingRun) -> None:
    """Ends a queued run; asks a running one to keep its best and end. Raises DomainError."""
    with transaction.atomic():
        try:
            states.change(run, State.STOPPED, where=Q(state=State.QUEUED))
        except leases.InvalidTransition:
            try:
                states.record(run, stop_requested=True)
            except leases.InvalidTransition as error:
                raise DomainError("run_ended") from error
        record("run stopped", run, before={"state": run.state})


def resume(run: TrainingRun) -> None:
    """Queues a stopped or failed run again; it goes on from its last checkpoint.

    Raises DomainError where there is nothing to go on with.
    """
    with transaction.atomic():
        try:
            states.change(
                run,
                State.QUEUED,
                where=Q(state__in=states.RESUMABLE) & ~retention.expired(),
                stage=Stage.WAITING,
                error={},
                crash_count=0,
                queued_at=Now(),
                finished_at=None,
            )
        except leases.InvalidTransition as error:
            is_old = TrainingRun.objects.filter(retention.expired(), pk=run.pk).exists()
            code = "run_not_resumable.expired" if is_old else "run_not_resumable"
            raise DomainError(code, days=settings.TRAINING_KEEP.days) from error
        record("run resumed", run, before={"state": run.state})
        transaction.on_commit(wakeups.TRAIN.publish)


def annotate(run: TrainingRun, *, name: str | None = None, note: str | None = None) -> None:
    """Changes what people wrote about it."""
    values = {"name": name, "note": note}
    after = {key: value for key, value in values.items() if value is not None}
    with transaction.atomic():
        before = TrainingRun.objects.select_for_update().get(pk=run.pk)
        TrainingRun.objects.filter(pk=run.pk).update(**after)
        was = {key: getattr(before, key) for key in after}
        record("run changed", before, before=was, after=after)


def delete(run: TrainingRun) -> None:
    """Removes a run that has ended, and its files; versions made of it stay. Raises DomainError."""
    folder, local = run.folder, run.local
    with transaction.atomic():
        if not TrainingRun.objects.filter(pk=run.pk, state__in=OVER).delete()[0]:
            raise DomainError("run_not_ended")
        record("run deleted", run, before={"state": run.state, "version": str(run.version or "")})
        transaction.on_commit(lambda: delete_folder(folder))
        transaction.on_commit(lambda: shutil.rmtree(local, ignore_errors=True))
