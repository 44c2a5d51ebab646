"""Where a waiting job stands, and when it will be done."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Q, Window
from django.db.models.functions import RowNumber

from colorweb.health import workers
from colorweb.prepared import Number, Prepared, number
from jobs.events.publish import HINTS
from jobs.models import Job, State
from jobs.queue.fair_share import ORDER


def positions(jobs: Iterable[Job]) -> dict[uuid.UUID, int]:
    """How many go before each job that waits, plus one; one query goes through the queue once."""
    waiting = [job for job in jobs if job.state == State.QUEUED]
    if not waiting:
        return {}
    if len(waiting) == 1:
        return {waiting[0].pk: 1 + _before(waiting[0])}
    last = max(job.turn for job in waiting)
    ahead = Job.objects.filter(state=State.QUEUED, turn__lte=last)
    numbered = ahead.annotate(place=Window(RowNumber(), order_by=ORDER))
    # Naming the place puts the condition behind the numbering; no place is 0.
    chosen = numbered.filter(Q(pk__in=[job.pk for job in waiting]) | Q(place=0))
    return dict(chosen.values_list("pk", "place"))


def _before(job: Job) -> int:
    """How many wait before one that does."""
    values = {"turn": job.turn, "priority": job.priority, "created_at": job.created_at}
    return _ahead.number(**values, key=job.pk)


def _waiting_before(turn: int, priority: int, created_at: datetime, key: uuid.UUID) -> Number:
    ahead = Q(turn__lt=turn)
    ahead |= Q(turn=turn, priority__lt=priority)
    alike = Q(turn=turn, priority=priority)
    ahead |= alike & (Q(created_at__lt=created_at) | Q(created_at=created_at, pk__lt=key))
    return number("COUNT", Job.objects.filter(ahead, state=State.QUEUED, turn__lte=turn))


_ahead = Prepared(_waiting_before, turn=int, priority=int, created_at=datetime, key=uuid.UUID)


class Throughput(NamedTuple):
    """How long one job takes, in seconds, and how many processes work; 0 seconds: not known."""

    seconds: float
    processes: int


def throughput() -> Throughput:
    """As it was within the last five seconds."""
    kept = cache.get_or_set("queue-throughput", _measure, timeout=5)
    return Throughput(*(kept or (0.0, 1)))


def eta(job: Job, position: int | None, now: Throughput) -> float | None:
    """Seconds until this job is done, at the throughput of now; None if unknown."""
    if job.is_terminal or not now.seconds:
        return None
    return round(now.seconds * (1 + ((position or 1) - 1) / now.processes), 1)


def _measure() -> tuple[float, int]:
    """Mean seconds of the last twenty jobs, and how many processes work."""
    recent = Job.objects.filter(state=State.SUCCEEDED).order_by("-finished_at")[:20]
    times = recent.values_list("started_at", "finished_at")
    took = [(end - start).total_seconds() for start, end in times if start and end]
    try:
        processes = len(workers.able())
    except HINTS:
        processes = 0
    return sum(took) / max(1, len(took)), max(1, processes)
