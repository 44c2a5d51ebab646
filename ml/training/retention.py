"""What is kept of runs that have ended, and how much that is.

A finished run keeps its curves, samples and log; its weights are a version. One that was stopped
or failed keeps its checkpoints too while it can be resumed, for `TRAINING_KEEP_DAYS`.
"""

import shutil
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from colorweb import clock, storage
from ml.models.runs import TrainingRun
from ml.training import checkpoint_store
from ml.training.states import RESUMABLE


def may_resume(run: TrainingRun) -> bool:
    """Whether a run can go on from where it ended."""
    if run.state not in RESUMABLE:
        return False
    kept = settings.TRAINING_KEEP
    return not kept or run.finished_at is None or run.finished_at > timezone.now() - kept


def expired() -> Q:
    """Runs that ended too long ago to be resumed."""
    kept = settings.TRAINING_KEEP
    return Q(state__in=RESUMABLE, finished_at__lt=Now() - kept) if kept else Q(pk=None)


def sweep() -> None:
    """Delete the checkpoints in the storage of runs that can no longer be resumed."""
    for run in TrainingRun.objects.filter(expired()).exclude(checkpoint=""):
        checkpoint_store.drop(run)
        record_size(run)


def clean() -> None:
    """Delete, on the machine that trains, their checkpoints, and the folders of deleted runs."""
    for folder in Path(settings.TRAINING_DIR).glob("*-*-*-*-*"):
        with suppress(ValueError):  # no run's
            _clean(uuid.UUID(folder.name), folder)


def _clean(run_id: uuid.UUID, folder: Path) -> None:
    run = TrainingRun.objects.filter(pk=run_id).first()
    if run is None:
        modified = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
        if clock.is_orphan(modified):
            shutil.rmtree(folder, ignore_errors=True)
    elif TrainingRun.objects.filter(expired(), pk=run_id).exists():
        checkpoint_store.drop(run)


def record_size(run: TrainingRun) -> None:
    """Write down how many bytes a run's files have, on this machine and in the storage."""
    local = sum(path.stat().st_size for path in run.local.rglob("*") if path.is_file())
    stored = sum(default_storage.size(name) for name, _at in storage.walk(run.folder))
    TrainingRun.objects.filter(pk=run.pk).update(bytes=local + stored)
