"""The queue's figures for /metrics. Gauges each come from an index, for a monitor asks every few
seconds.
"""

from django.utils import timezone

from colorweb.health.counts import Counter, Histogram
from colorweb.health.metrics import Gauge, by_state
from jobs.models import Job, State


def waiting_and_running() -> dict[str, float]:
    """How many jobs wait and how many run."""
    return by_state(Job, State.QUEUED, State.RUNNING)


def waited() -> dict[str, float]:
    """Seconds that the job whose turn is next has waited; 0 where none waits."""
    first = Job.objects.filter(state=State.QUEUED).order_by("turn", "priority", "created_at")
    since = first.values_list("created_at", flat=True).first()
    return {"next": (timezone.now() - since).total_seconds() if since else 0.0}


ENDED = Counter("colorweb_jobs_ended", "Jobs that ended, and why they failed", "state", "code")
REQUEUED = Counter("colorweb_jobs_requeued", "Jobs whose worker died, and that wait again")
WAIT_SECONDS = Histogram("colorweb_job_wait_seconds", "From a job's arrival to its first claim")
FIGURES = (
    Gauge("colorweb_jobs", "Photos that wait and that are colored", "state", waiting_and_running),
    Gauge("colorweb_waited_seconds", "How long the next photo has waited", "photo", waited),
    *(ENDED, REQUEUED, WAIT_SECONDS),
)
