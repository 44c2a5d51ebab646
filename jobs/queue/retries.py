"""Failed jobs, and staff's way to try them again."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from colorweb.audit.records import record
from jobs.models import Job, State
from jobs.queue import fair_share

OURS = (
    "internal_error", "worker_died", "took_too_long", "out_of_memory", "model_unavailable",
    "storage_unavailable",
)  # fmt: skip
"""Reasons that may be gone by now; the others lie in the photo."""
RETRY_WINDOW = timedelta(days=1)


def failed() -> QuerySet[Job]:
    """Failed jobs that nobody has tried again, the newest first."""
    return (
        Job.objects.filter(retries=None, state=State.FAILED, photo__trashed_at=None)
        .select_related("photo")
        .order_by("-finished_at")
    )


def retry(job: Job) -> bool:
    """Queue a failed job again, in its owner's turn, whatever their quotas are.

    False if somebody has retried it already.
    """
    with transaction.atomic():
        found = failed().filter(pk=job.pk).select_for_update(of=("self",)).first()
        if found:
            fair_share.enqueue(found.copy(retried_from=found))
            record("photo retried", found)
    return found is not None


def retry_lately() -> int:
    """Retry jobs of the last day that failed for a reason of ours; how many."""
    since = timezone.now() - RETRY_WINDOW
    jobs = failed().filter(finished_at__gt=since, error_code__in=OURS)
    return sum(retry(job) for job in jobs[:1000])
