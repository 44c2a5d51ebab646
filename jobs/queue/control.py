"""The queue as a whole: paused and resumed by staff."""

from django.db.models.functions import Now

from colorweb.accounts.models import User
from jobs.models import Job, Queue, State
from jobs.queue import wakeups


def pause(by: User | None = None) -> None:
    """Let workers finish what they have and take nothing more; uploads go on waiting."""
    Queue.objects.filter(pk=state().pk, paused=False).update(
        paused=True, paused_at=Now(), paused_by=by
    )


def resume() -> None:
    """Let workers go on."""
    Queue.objects.filter(pk=state().pk).update(paused=False, paused_at=None, paused_by=None)
    wakeups.wake(Job.objects.filter(state=State.QUEUED)[: wakeups.MAX_WAKEUPS].count())


def state() -> Queue:
    """The row of the queue as a whole."""
    return Queue.objects.get_or_create(pk=1)[0]
