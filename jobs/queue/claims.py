"""Jobs on their way: claimed by workers, renewed, released, and requeued when a worker dies."""

import uuid
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from colorweb import leases
from colorweb.errors import DomainError
from colorweb.health import fitness
from colorweb.prepared import Prepared, PreparedUpdate
from jobs.models import Job, Queue, Rendition, Stage, State, failure_columns
from jobs.queue import control, states, wakeups
from jobs.queue.fair_share import ORDER
from jobs.queue.metrics import REQUEUED, WAIT_SECONDS
from jobs.storage import files


def claim(worker: str, limit: int = 1) -> list[Job]:
    """Claim the next job, and with it at most `limit - 1` more of the same shape and model.

    A photo that has killed its worker runs alone when it comes back. The jobs returned are
    running, their `attempt` is the caller's fencing number, and their lease of `JOB_LEASE` counts
    by the database's clock. A process that could not do the work claims nothing.
    """
    if not fitness.may_claim():
        return []
    with transaction.atomic():
        if control.state().paused:
            return []
        batch = _batch(_next(limit)())
        for job in batch:
            states.start(job.pk, worker)
        if batch:
            _serve(turn=max(job.turn for job in batch))
        # Read before the commit: a claim that its worker never learns of would cost an attempt.
        jobs = [claimed for job in batch for claimed in _with_photo(job_id=job.pk)]
    for job in jobs:
        if job.attempt == 1:
            WAIT_SECONDS.observe((job.started_at - job.created_at).total_seconds())
    return jobs


@cache
def _next(limit: int) -> Prepared[Job]:
    """The first so many that wait, locked."""
    waiting = Job.objects.filter(state=State.QUEUED).order_by(*ORDER)
    return Prepared(
        lambda: leases.lock(waiting.only("turn", "frame", "model", "crash_count"))[:limit]
    )


_serve = PreparedUpdate(
    lambda turn: (Queue.objects.filter(pk=1, served_turn__lt=turn), {"served_turn": turn}),
    turn=int,
)
_with_photo = Prepared(
    lambda job_id: Job.objects.filter(pk=job_id).select_related("photo"), job_id=uuid.UUID
)


def _batch(jobs: list[Job]) -> list[Job]:
    """The first job and those after it that may run beside it."""
    if not jobs or jobs[0].crash_count:
        return jobs[:1]
    alike = (jobs[0].frame, jobs[0].model, 0)
    return [job for job in jobs if (job.frame, job.model, job.crash_count) == alike]


def reap() -> tuple[int, int]:
    """Requeue what dead workers left, and wake workers for what no worker was woken for.

    Returns how many jobs were requeued and how many ended, given up or canceled.
    """
    running = Job.objects.filter(state=State.RUNNING)
    canceled, _ = leases.requeue(running.filter(cancel_requested=True), _cancel)
    requeued, failed = leases.requeue(running.filter(cancel_requested=False), release, _give_up)
    REQUEUED.add(amount=len(requeued))
    for job in [*canceled, *requeued, *failed]:
        files.delete_attempt(job)  # a worker that lives after all does the same
    waiting = 0 if control.state().paused else _few(Job.objects.filter(state=State.QUEUED))
    waiting = min(waiting + _few(Rendition.waiting()), wakeups.MAX_WAKEUPS)
    missing = waiting - wakeups.waiting()
    if missing > 0:
        wakeups.wake(missing)
    return len(requeued), len(canceled) + len(failed)


def _few(rows: QuerySet[Any]) -> int:
    """How many there are, as far as it matters to wake workers for them."""
    return rows.order_by()[: wakeups.MAX_WAKEUPS].count()


def release(job: Job) -> None:
    """Let a running job wait again, in its old place. Raises LeaseLost."""
    states.change(
        job.pk,
        State.QUEUED,
        fence=job.attempt,
        stage=Stage.WAITING,
        worker="",
        lease_until=None,
        started_at=None,
    )


def _cancel(job: Job) -> None:
    states.change(job.pk, State.CANCELED, fence=job.attempt)


def _give_up(job: Job) -> None:
    states.change(
        job.pk,
        State.FAILED,
        fence=job.attempt,
        **failure_columns(DomainError("worker_died")),
    )
