"""How runs end: with a new version of a model, or with an error that explains why not."""

import logging
import shutil
import signal
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from colorweb import leases
from colorweb.errors import DomainError
from ml.models import ModelVersion
from ml.models.runs import TrainingRun
from ml.resnet_gray.network.cards import CardError
from ml.training import checkpoint_store, child, states
from ml.training.journal import Journal
from ml.versions import registry

log = logging.getLogger(__name__)
State = TrainingRun.State

NO_MEMORY = DomainError("out_of_memory.training")
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "cannot allocate memory", "MemoryError")
OUT_OF_DISK = ("No space left on device",)


def finalize(run: TrainingRun, journal: Journal, status: int) -> None:
    """Ends a run whose process has ended. Raises leases.LeaseLost."""
    reason, file = journal.end.get("reason"), journal.end.get("file")
    if reason in ("finished", "patience") and file:
        version = _register(run, run.local / file)
        now = {**journal.facts, "reason": reason}
        _end(run, State.SUCCEEDED, version=version, progress=1.0, now=now)
        checkpoint_store.drop(run)
    elif was_stopped(journal, status) and _stop_requested(run):
        checkpoint_store.save(run)
        weights = run.local / file if file else None
        kept = _register(run, weights) if weights and weights.exists() else None
        _end(run, State.STOPPED, version=kept)
    else:
        checkpoint_store.save(run)
        fail(run, _classify_failure(run, journal, status))
    for photos in ("data", "reference"):
        shutil.rmtree(run.local / photos, ignore_errors=True)


def was_stopped(journal: Journal, status: int) -> bool:
    """Whether the process ended because it was stopped, before its first step or later."""
    return journal.end.get("reason") == "stopped" or status == -signal.SIGTERM


def stop_before_start(run: TrainingRun) -> None:
    """Ends a run that was stopped while its photos were fetched."""
    try:
        _end(run, State.STOPPED)
    except leases.LeaseLost:
        log.info("Run %s moved on without attempt %s.", run.pk, run.attempt)


def fail(run: TrainingRun, error: DomainError) -> None:
    """Ends a run with an error, unless another worker has it by now."""
    try:
        _end(run, State.FAILED, error=error.kept)
    except leases.LeaseLost:
        log.info("Run %s moved on without attempt %s.", run.pk, run.attempt)


def unexpected(error: Exception) -> DomainError:
    """The error for people that stands for one the code does not expect."""
    if isinstance(error, MemoryError):
        return NO_MEMORY
    if isinstance(error, OSError):
        return DomainError(
            "no_files",
            why=error.strerror or str(error),
        )
    return DomainError(
        "internal_error.training",
        why=type(error).__name__,
    )


def _end(run: TrainingRun, to: str, **values: Any) -> None:
    states.change(run, to, fence=run.attempt, **values)


def _stop_requested(run: TrainingRun) -> bool:
    run.refresh_from_db(fields=["stop_requested"])
    return run.stop_requested


def _classify_failure(run: TrainingRun, journal: Journal, status: int) -> DomainError:
    """The error that the child logged, or the one that its exit status means."""
    reported = str(journal.end.get("error") or "")
    output = f"{reported}\n{child.tail(run.local / 'log.txt')}"
    if any(phrase in output for phrase in OUT_OF_MEMORY):
        return NO_MEMORY
    if any(phrase in output for phrase in OUT_OF_DISK):
        return DomainError("disk_full")
    if reported:
        return DomainError("training_failed", why=reported[:500])
    if status == -signal.SIGKILL:
        return DomainError("killed", signal="SIGKILL")
    if status < 0:
        name = signal.Signals(-status).name
        return DomainError("crashed", signal=name)
    lines = [line for line in output.splitlines() if line.strip()]
    return DomainError(
        "training_failed",
        why=lines[-1][:500] if lines else f"status {status}",
    )


def _register(run: TrainingRun, weights: Path) -> ModelVersion:
    """Keeps the weights as a version that may be put in service."""
    fingerprints = [use.fingerprint for use in run.data.all()]
    together = sha256("\n".join(fingerprints).encode()).hexdigest()
    try:
        return registry.register(
            weights,
            run=run,
            data_fingerprint=fingerprints[0] if len(fingerprints) == 1 else together,
            recipe={"preset": run.preset, "base": run.base, **run.options},
            samples=_samples(run, weights),
            note=run.name,
            created_by=run.created_by,
        )
    except (OSError, CardError) as error:
        raise DomainError("not_kept", why=str(error)) from error


def _samples(run: TrainingRun, weights: Path) -> list[str]:
    """The last sample pictures, copied so that they outlive the run."""
    last = run.samples.order_by("-step").first()
    if last is None:
        return []
    with weights.open("rb") as file:
        name = f"models/{sha256(file.read()).hexdigest()}-samples.png"
    if not default_storage.exists(name):
        with default_storage.open(last.file) as picture:
            default_storage.save(name, picture)
    return [name]
