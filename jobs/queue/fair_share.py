"""Whose photo is next: turns, assigned when a job is queued.

Everybody's next job gets one turn more than their last, never less than the turn now served, so
that a thousand photos of one owner delay another owner's one photo by a single turn.
"""

from django.db import transaction

from colorweb.prepared import Prepared, number
from jobs.events import publish
from jobs.models import Job, Photo, State
from jobs.queue import control, usage, wakeups
from jobs.queue.cost import estimate

_last_turn = Prepared(
    lambda owner: number("MAX", Job.objects.filter(queue_owner=owner), "turn"), owner=str
)
ORDER = ("turn", "priority", "created_at", "id")


def enqueue(job: Job) -> Job:
    """Give an unsaved job its turn, save it, and wake a worker once it is committed."""
    with transaction.atomic():
        last = _last_turn.number(owner=job.queue_owner)
        cost = estimate(job.photo.width, job.photo.height)
        job.turn = max(last, control.state().served_turn) + cost
        job.state = State.QUEUED
        job.save(force_insert=True)
        usage.record(job.queue_owner)
        Photo.objects.filter(pk=job.photo_id).update(newest=job, state=job.state)
        transaction.on_commit(wakeups.wake)
        transaction.on_commit(lambda: publish.announce_to(job.pk, job.visitor_key))
    return job
