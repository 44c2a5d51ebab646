"""How much anybody may ask of the site, so that there is enough for everybody.

Rates, which are about seconds, are the API's business; these are about days and the queue. They
count by what a turn in the queue belongs to: an account, or a guest's address.
"""

from datetime import datetime, timedelta
from typing import NamedTuple, TypedDict

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from jobs.models import Job, Photo, State

DAY = timedelta(days=1)
RETRY_AFTER = 30
"""Seconds after which it is worth asking again while the queue shortens."""


class Use(TypedDict):
    """Of one quota: what is used, and what there is."""

    used: int
    limit: int


class Storage(NamedTuple):
    """Bytes that somebody's photos take, with everything made from them, and may take."""

    used: int
    limit: int


def storage(visitor: Visitor) -> Storage:
    """What the visitor's photos take; those in the trash count until they are gone.

    A sum over an index that holds all it needs, not a counter that could go wrong: some
    milliseconds for a hundred thousand photos. Guests share what their address may take.
    """
    if visitor.user:
        photos, kind = Photo.objects.filter(owner=visitor.user), "account"
    else:
        photos, kind = (
            Photo.objects.filter(owner=None, pk__in=_jobs(visitor).values("photo")),
            "guest",
        )
    used = photos.aggregate(bytes=Sum("stored_bytes", default=0))["bytes"]
    return Storage(used, settings.STORED_BYTES[kind])


def use(visitor: Visitor) -> dict[str, Use]:
    """The visitor's quotas: photos within 24 hours, photos waiting now, and bytes kept."""
    jobs = _jobs(visitor)
    day, waiting = _quotas(visitor)
    stored = storage(visitor)
    return {
        "photos_a_day": {"used": _of_a_day(jobs).count(), "limit": day},
        "photos_waiting": {"used": jobs.filter(state=State.QUEUED).count(), "limit": waiting},
        "bytes_stored": {"used": stored.used, "limit": stored.limit},
    }


def check(visitor: Visitor, size: int = 0, photos: int = 1) -> None:
    """Raise DomainError unless the visitor may queue so many photos of `size` bytes together."""
    if Job.objects.filter(state=State.QUEUED).count() + photos > settings.QUEUE_MAX_WAITING:
        raise DomainError("queue_full", retry_after=RETRY_AFTER)
    jobs = _jobs(visitor)
    day, waiting = _quotas(visitor)
    if jobs.filter(state=State.QUEUED).count() + photos > waiting:
        raise DomainError("too_many_waiting", retry_after=RETRY_AFTER, limit=waiting)
    if (used := _of_a_day(jobs).count()) + photos > day:
        wait = _until_free(jobs, used + photos - 1 - day)
        raise DomainError("quota_exceeded", retry_after=wait, limit=day)

    stored = storage(visitor)
    if stored.used + size > stored.limit:
        raise DomainError(
            "storage_full",
            used=filesizeformat(stored.used),
            limit=filesizeformat(stored.limit),
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
