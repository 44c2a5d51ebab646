"""The queue as a whole: paused and resumed by staff."""

from django.db.models.functions import Now

from colorweb.accounts.models import User
from colorweb.audit.records import record
from colorweb.prepared import Prepared
from jobs.models import Job, Queue, State
from jobs.queue import wakeups


def pause(by: User | None = None) -> None:
    """Let workers finish what they have and take nothing more; uploads go on waiting."""
    rows = Queue.objects.filter(pk=state().pk, paused=False)
    if rows.update(paused=True, paused_at=Now(), paused_by=by):
        record("queue paused")


def resume() -> None:
    """Let workers go on."""
    rows = Queue.objects.filter(pk=state().pk, paused=True)
    if rows.update(paused=False, paused_at=None, paused_by=None):
        record("queue resumed")
    wakeups.wake(Job.objects.filter(state=State.QUEUED)[: wakeups.MAX_WAKEUPS].count())


def state() -> Queue:
    """The row of the queue as a whole."""
    return _rows.first() or Queue.objects.get_or_create(pk=1)[0]


_rows = Prepared(lambda: Queue.objects.filter(pk=1))
