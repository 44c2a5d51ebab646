"""The runs that wait and the runs whose worker died. The rows are the queue."""

from typing import Any

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_noop as _

from colorweb import leases
from ml import wakeups
from ml.models.runs import TrainingRun
from ml.training import live, states
from ml.training.errors import RunError

State, Stage = TrainingRun.State, TrainingRun.Stage

MOST_DEATHS = 3
WORKER_DIED = RunError(
    "worker_died",
    _(
        "The training worker was killed three times without getting any further, for want of "
        "memory most likely. Try a smaller batch or fewer photos, then resume."
    ),
)


def claim() -> TrainingRun | None:
    """Takes the run that has waited longest; None if none waits."""
    waiting = TrainingRun.objects.filter(state=State.QUEUED).order_by("queued_at", "pk")
    run: TrainingRun | None = leases.claim(
        waiting, State.RUNNING, stage=Stage.PREPARING, started_at=Now(), finished_at=None
    )
    if run:
        live.announce(run.pk)
    return run


def hand_back(run: TrainingRun) -> None:
    """Gives a run that was saved back to the queue, for its worker has to go. Raises Refused."""
    states.change(
        run,
        State.QUEUED,
        fence=run.attempt,
        where=Q(stop_requested=False),
        stage=Stage.WAITING,
        lease_until=None,
    )


def reap() -> None:
    """Takes back the runs of dead workers, and wakes a worker for what waits."""
    for run in leases.expired(TrainingRun.objects.filter(state=State.RUNNING)):
        try:
            _take_back(run)
        except leases.Refused:  # its worker renewed the lease or finished meanwhile
            continue
    if TrainingRun.objects.filter(state=State.QUEUED).exists() and not wakeups.waiting("training"):
        wakeups.train()


def _take_back(run: TrainingRun) -> None:
    """Queues it again to go on from its last checkpoint, or gives it up."""
    gone = Q(lease_until__lt=Now())
    if run.stop_requested:
        states.change(run, State.STOPPED, fence=run.attempt, where=gone)
        return
    # Only deaths in one place count: a run of weeks may outlive many restarts.
    deaths = run.deaths + 1 if run.step <= run.died_at else 1
    values: dict[str, Any] = {"deaths": deaths, "died_at": run.step, "lease_until": None}
    if deaths >= MOST_DEATHS:
        states.change(
            run, State.FAILED, fence=run.attempt, where=gone, error=WORKER_DIED.kept, **values
        )
        return
    states.change(
        run,
        State.QUEUED,
        fence=run.attempt,
        where=gone,
        stage=Stage.WAITING,
        **values,
    )
