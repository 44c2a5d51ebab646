"""The runs that wait and the runs whose worker died. The rows are the queue."""

from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Now

from colorweb import leases
from colorweb.errors import DomainError
from ml import wakeups
from ml.models.runs import TrainingRun
from ml.training import live, states

State, Stage = TrainingRun.State, TrainingRun.Stage

WORKER_DIED = DomainError("worker_died.training")


def claim() -> TrainingRun | None:
    """Claims the run that has waited longest; None if none waits."""
    run: TrainingRun | None = leases.claim_one(
        TrainingRun.objects.filter(state=State.QUEUED).order_by("queued_at", "pk"),
        state=State.RUNNING,
        stage=Stage.PREPARING,
        worker=leases.worker_name(),
        sequence=F("sequence") + 1,
        started_at=Now(),
        finished_at=None,
    )
    if run:
        live.announce(run.pk)
    return run


def release(run: TrainingRun, **values: Any) -> None:
    """Puts a run that was saved back into the queue, to go on from its last checkpoint.

    Raises LeaseLost, also if it was asked to stop.
    """
    states.change(
        run,
        State.QUEUED,
        fence=run.attempt,
        where=Q(stop_requested=False),
        stage=Stage.WAITING,
        lease_until=None,
        **values,
    )


def reap() -> None:
    """Requeues the runs of dead workers, and wakes a worker for what waits."""
    running = TrainingRun.objects.filter(state=State.RUNNING)
    leases.requeue(running.filter(stop_requested=True), _stop)
    leases.requeue(running.filter(stop_requested=False), _requeue, _give_up)
    wakeups.TRAIN.ensure(TrainingRun.objects.filter(state=State.QUEUED))


def _stop(run: TrainingRun) -> None:
    states.change(run, State.STOPPED, fence=run.attempt)


def _requeue(run: TrainingRun) -> None:
    release(run, died_at=run.step)


def _give_up(run: TrainingRun) -> None:
    states.change(
        run,
        State.FAILED,
        fence=run.attempt,
        error=WORKER_DIED.kept,
        died_at=run.step,
    )
