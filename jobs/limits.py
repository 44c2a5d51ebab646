"""How much anybody may ask of the site, so that there is enough for everybody.

Rates, which are about seconds, are the API's business; these are about days and the queue. They
count by what a turn in the queue belongs to: an account, or a guest's address.
"""

from datetime import datetime, timedelta
from typing import TypedDict

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from colorweb.accounts.visitors import Visitor
from jobs.models import Job, State

DAY = timedelta(days=1)
SHORTLY = 30
"""Seconds after which it is worth asking again while the queue shortens."""


class Exceeded(Exception):
    """No more for now: a stable code, a sentence, the HTTP status, and when to come again."""

    def __init__(self, code: str, message: str, status: int, retry_after: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after = retry_after  # seconds


class Use(TypedDict):
    """Of one quota: what is used, and what there is."""

    used: int
    limit: int


def use(visitor: Visitor) -> dict[str, Use]:
    """The visitor's quotas: photos within the last 24 hours, and photos waiting now."""
    jobs = _jobs(visitor)
    day, waiting = _quotas(visitor)
    return {
        "photos_a_day": {"used": _of_a_day(jobs).count(), "limit": day},
        "photos_waiting": {"used": jobs.filter(state=State.QUEUED).count(), "limit": waiting},
    }


def check(visitor: Visitor) -> None:
    """Raise Exceeded unless the visitor may queue one more photo."""
    if Job.objects.filter(state=State.QUEUED).count() >= settings.QUEUE_MAX_WAITING:
        raise Exceeded(
            "queue_full",
            _("So many photos are waiting that no more are taken now. Try again in a minute."),
            503,
            SHORTLY,
        )
    jobs = _jobs(visitor)
    day, waiting = _quotas(visitor)
    if jobs.filter(state=State.QUEUED).count() >= waiting:
        raise Exceeded(
            "too_many_waiting",
            _("%(limit)d of your photos are waiting already. Send more when some are done.")
            % {"limit": waiting},
            429,
            SHORTLY,
        )
    if (used := _of_a_day(jobs).count()) >= day:
        raise Exceeded(
            "quota_exceeded",
            _("You have sent %(limit)d photos within a day, which is the limit.") % {"limit": day},
            429,
            _until_free(jobs, used - day),
        )


def _jobs(visitor: Visitor) -> QuerySet[Job]:
    return Job.objects.filter(queue_owner=visitor.queue_owner)


def _quotas(visitor: Visitor) -> tuple[int, int]:
    kind = "account" if visitor.user else "guest"
    return settings.PHOTOS_A_DAY[kind], settings.PHOTOS_WAITING[kind]


def _of_a_day(jobs: QuerySet[Job]) -> QuerySet[Job]:
    return jobs.filter(created_at__gt=timezone.now() - DAY)


def _until_free(jobs: QuerySet[Job], excess: int) -> int:
    """Seconds until so many more than `excess` photos are a day old that one may be sent."""
    moments = _of_a_day(jobs).order_by("created_at").values_list("created_at", flat=True)
    frees: datetime | None = next(iter(moments[excess : excess + 1]), None)
    return max(1, round((frees + DAY - timezone.now()).total_seconds())) if frees else 1
