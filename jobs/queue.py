"""The queue: rows in the database, taken by workers that a token woke.

A token is a Celery message without arguments, published on commit and never retried: losing
one costs at most the reaper's five seconds. Turns keep it fair: everybody's next job gets one
turn more than their last, never less than the turn now served, so that a thousand photos of
one owner delay another owner's one photo by a single turn.
"""

import logging
import uuid
from collections.abc import Collection, Iterable

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_noop

from colorweb.accounts.models import User
from colorweb.health import workers
from jobs import files, live, states
from jobs.models import Job, Photo, Queue, Rendition, Stage, State

log = logging.getLogger(__name__)

WORKER_DIED = gettext_noop(
    "The worker stopped three times while colouring this photo. Try a smaller copy of it."
)
WAKE_AT_ONCE = 1000
ORDER = ("turn", "priority", "created_at", "id")


def enqueue(job: Job) -> Job:
    """Give an unsaved job its turn, save it, and wake a worker once it is committed."""
    with transaction.atomic():
        last = Job.objects.filter(queue_owner=job.queue_owner).aggregate(last=Max("turn"))["last"]
        job.turn = max(last or 0, state().served_turn) + 1
        job.state = State.QUEUED
        job.save(force_insert=True)
        Photo.objects.filter(pk=job.photo_id).update(newest=job, state=job.state)
        transaction.on_commit(wake)
        transaction.on_commit(lambda: live.announce(job.pk))
    return job


def wake(tokens: int = 1) -> None:
    """Publish tokens. A broker that is away is logged: the reaper publishes later."""
    try:
        for _token in range(tokens):
            current_app.send_task("jobs.tasks.colour", retry=False)
    except Exception:
        log.warning("Could not wake a worker; the reaper will.", exc_info=True)


def claim(worker: str, limit: int = 1) -> list[Job]:
    """Take the next job, and with it at most `limit - 1` more of the same shape and model.

    Only first attempts share a batch: a photo that kills its worker runs alone when it comes
    back. The jobs returned are running, their `attempt` is the caller's fencing number, and
    their lease of `JOB_LEASE` counts by the database's clock.
    """
    with transaction.atomic():
        queue = state()
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
    waiting = 0 if state().paused else Job.objects.filter(state=State.QUEUED).count()
    waiting += Rendition.objects.waiting().count()
    missing = waiting - live.waiting_tokens()
    if missing > 0:
        wake(min(missing, WAKE_AT_ONCE))
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


def pause(by: User | None = None) -> None:
    """Let workers finish what they have and take nothing more; uploads go on waiting."""
    Queue.objects.filter(pk=state().pk, paused=False).update(
        paused=True, paused_at=Now(), paused_by=by
    )


def resume() -> None:
    """Let workers go on."""
    Queue.objects.filter(pk=state().pk).update(paused=False, paused_at=None, paused_by=None)
    waiting = Job.objects.filter(state=State.QUEUED)[:WAKE_AT_ONCE].count()
    wake(waiting)


def position(job: Job) -> int | None:
    """How many jobs go before this one, plus one; None unless it waits."""
    return positions([job]).get(job.pk)


def positions(jobs: Iterable[Job]) -> dict[uuid.UUID, int]:
    """The position of each job that waits, in one query."""
    waiting = [job.pk for job in jobs if job.state == State.QUEUED]
    if not waiting:
        return {}
    turn, priority, created_at = (OuterRef(name) for name in ORDER[:3])
    before = (
        Q(turn__lt=turn)
        | Q(turn=turn, priority__lt=priority)
        | Q(turn=turn, priority=priority, created_at__lt=created_at)
    )
    ahead = Job.objects.filter(before, state=State.QUEUED).order_by().values("state")
    count = Subquery(ahead.annotate(count=Count("pk")).values("count"))
    found = Job.objects.filter(pk__in=waiting, state=State.QUEUED)
    return dict(found.annotate(place=Coalesce(count, 0) + 1).values_list("pk", "place"))


def eta(job: Job, position: int | None) -> float | None:
    """Seconds until this job is done, from how long the last twenty took; None if unknown."""
    if job.is_terminal:
        return None
    pace: tuple[float, int] = cache.get_or_set("queue-pace", _pace, timeout=5) or (0.0, 1)
    seconds, processes = pace
    if not seconds:
        return None
    return round(seconds * (1 + ((position or 1) - 1) / processes), 1)


def _pace() -> tuple[float, int]:
    """Mean seconds of the last twenty jobs, and how many processes work."""
    recent = Job.objects.filter(state=State.SUCCEEDED).order_by("-finished_at")[:20]
    times = recent.values_list("started_at", "finished_at")
    took = [(end - start).total_seconds() for start, end in times if start and end]
    try:
        processes = len(workers.alive())
    except live.HINTS:
        processes = 0
    return sum(took) / max(1, len(took)), max(1, processes)


def state() -> Queue:
    """The row of the queue as a whole."""
    return Queue.objects.get_or_create(pk=1)[0]
