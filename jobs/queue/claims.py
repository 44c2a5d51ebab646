"""Jobs on their way: claimed by workers, renewed, released, and requeued when a worker dies."""

import uuid
from collections.abc import Collection

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from jobs.models import Job, Queue, Rendition, Stage, State
from jobs.queue import control, states, wakeups
from jobs.queue.fair_share import ORDER
from jobs.storage import files

WORKER_DIED = gettext_noop(
    "The worker stopped three times while coloring this photo. Try a smaller copy of it."
)


def claim(worker: str, limit: int = 1) -> list[Job]:
    """Take the next job, and with it at most `limit - 1` more of the same shape and model.

    Only first attempts share a batch: a photo that kills its worker runs alone when it comes
    back. The jobs returned are running, their `attempt` is the caller's fencing number, and
    their lease of `JOB_LEASE` counts by the database's clock.
    """
    with transaction.atomic():
        queue = control.state()
        if queue.paused:
            return []
        rows = Job.objects.filter(state=State.QUEUED).order_by(*ORDER)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        # On SQLite the transaction itself (BEGIN IMMEDIATE) keeps other workers out.
        batch = _batch(list(rows[:limit]))
        for job in batch:
            states.change(
                job.pk,
                State.RUNNING,
                attempt=job.attempt + 1,
                worker=worker,
                started_at=Now(),
                lease_until=Now() + settings.JOB_LEASE,
            )
        if batch:
            turn = max(job.turn for job in batch)
            Queue.objects.filter(pk=queue.pk, served_turn__lt=turn).update(served_turn=turn)
    jobs = Job.objects.filter(pk__in=[job.pk for job in batch]).select_related("photo")
    return sorted(jobs, key=lambda job: [job.pk for job in batch].index(job.pk))


def _batch(jobs: list[Job]) -> list[Job]:
    """The first job and those after it that may run beside it."""
    if not jobs or jobs[0].attempt:
        return jobs[:1]
    alike = (jobs[0].frame, jobs[0].model, 0)
    return [job for job in jobs if (job.frame, job.model, job.attempt) == alike]


def renew(leases: Collection[tuple[uuid.UUID, int]]) -> None:
    """Prolong the leases of (job, attempt) pairs that are still the caller's."""
    for job_id, attempt in leases:
        Job.objects.filter(pk=job_id, attempt=attempt, state=State.RUNNING).update(
            lease_until=Now() + settings.JOB_LEASE
        )


def reap() -> tuple[int, int]:
    """Take back what dead workers left, and wake workers for what nobody was woken for.

    Returns how many jobs were requeued and how many were given up.
    """
    requeued = failed = 0
    for job in Job.objects.filter(state=State.RUNNING, lease_until__lt=Now()):
        try:
            ended = _take_back(job)
        except states.Refused:  # its worker renewed the lease or finished meanwhile
            continue
        files.delete_attempt(job)  # a worker that lives after all is refused, and does the same
        requeued += not ended
        failed += ended
    waiting = 0 if control.state().paused else Job.objects.filter(state=State.QUEUED).count()
    waiting += Rendition.objects.waiting().count()
    missing = waiting - wakeups.waiting_tokens()
    if missing > 0:
        wakeups.wake(min(missing, wakeups.MOST))
    return requeued, failed


def _take_back(job: Job) -> bool:
    """End or requeue a job whose lease has run out; True if that was its end."""
    expired = Q(lease_until__lt=Now())
    if job.cancel_requested:
        states.change(job.pk, State.CANCELED, fence=job.attempt, where=expired)
        return True
    if job.attempt >= settings.JOB_MAX_ATTEMPTS:
        states.change(
            job.pk,
            State.FAILED,
            fence=job.attempt,
            where=expired,
            error_code="worker_died",
            error_message=WORKER_DIED,
        )
        return True
    hand_back(job, expired)
    return False


def hand_back(job: Job, where: Q | None = None) -> None:
    """Let a running job wait again, in its old place, if `where` holds. Raises Refused."""
    states.change(
        job.pk,
        State.QUEUED,
        fence=job.attempt,
        where=where,
        stage=Stage.WAITING,
        worker="",
        lease_until=None,
        started_at=None,
    )
