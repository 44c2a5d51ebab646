"""The states of a run: `queued -> running -> succeeded | stopped | failed`, and back to the queue.

Everything that changes a run is one conditional UPDATE made here: it refuses what the state does
not allow and a worker whose attempt is over, increments `sequence`, and announces on commit.
"""

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from colorweb import leases
from ml.models.runs import OVER, TrainingRun
from ml.training import live, notices
from ml.training.metrics import RUNS_ENDED

State, Stage = TrainingRun.State, TrainingRun.Stage

ALLOWED: dict[str, frozenset[str]] = {
    State.QUEUED: frozenset({State.RUNNING, State.STOPPED, State.FAILED}),
    State.RUNNING: frozenset({State.QUEUED}),
    State.SUCCEEDED: frozenset({State.RUNNING}),
    State.STOPPED: frozenset({State.QUEUED, State.RUNNING}),
    State.FAILED: frozenset({State.RUNNING}),
}
"""To which state from which."""
RESUMABLE = frozenset({State.STOPPED, State.FAILED})


def change(
    run: TrainingRun, to: str, *, fence: int | None = None, where: Q | None = None, **values: Any
) -> None:
    """Moves a run to state `to`, with `values` for its other columns.

    A worker passes as `fence` the attempt of its claim. Raises leases.LeaseLost for a worker,
    leases.InvalidTransition for others.
    """
    if to in OVER:
        values = {
            "finished_at": Now(),
            "lease_until": None,
            "stage": Stage.DONE,
            "stop_requested": False,
        } | values
    with transaction.atomic():
        _write(run, ALLOWED[to], fence, where, {"state": to} | values)
        if to in OVER:
            notices.send(TrainingRun.objects.get(pk=run.pk))
            transaction.on_commit(lambda: RUNS_ENDED.add(to))


def record(run: TrainingRun, *, fence: int | None = None, **values: Any) -> None:
    """Records how far a running run is. Raises like `change`."""
    _write(run, {State.RUNNING}, fence, None, values)


def _write(
    run: TrainingRun,
    states: set[str] | frozenset[str],
    fence: int | None,
    where: Q | None,
    values: dict[str, Any],
) -> None:
    rows = TrainingRun.objects.filter(where or Q(), pk=run.pk, state__in=states)
    with transaction.atomic():
        leases.change(rows, fence=fence, sequence=F("sequence") + 1, **values)
        transaction.on_commit(lambda: live.announce(run.pk))
