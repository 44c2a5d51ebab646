"""How many photos an owner has sent within a day, photos that were deleted since included.

Counted in spans of ten minutes, each a row: a photo counts for a day and up to ten minutes more.
"""

from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils import timezone

from colorweb import clock
from colorweb.prepared import Prepared, number
from jobs.models import Usage

DAY = timedelta(days=1)
SPAN = timedelta(minutes=10)


def record(owner: str, photos: int = 1) -> None:
    """Count photos that are queued now; in the transaction that queues them."""
    since = span_of(timezone.now())
    rows = Usage.objects.filter(owner=owner, since=since)
    more = {"photos": F("photos") + photos}
    if not rows.update(**more):
        Usage.objects.get_or_create(owner=owner, since=since)
        rows.update(**more)


def of_a_day(owner: str) -> int:
    """How many photos the owner has queued within a day."""
    return _sent.number(owner=owner, since=timezone.now() - DAY - SPAN)


def seconds_until_free(owner: str, excess: int) -> int:
    """Seconds until more than `excess` of them are a day old, so that one more may be sent."""
    for since, photos in _spans(owner).order_by("since").values_list("since", "photos"):
        excess -= photos
        if excess < 0:
            return max(1, round((since + SPAN + DAY - timezone.now()).total_seconds()))
    return 1


def sweep() -> int:
    """Delete what is older than a day; how many rows."""
    return Usage.objects.filter(since__lte=clock.before(DAY + SPAN)).delete()[0]


def span_of(moment: datetime) -> datetime:
    """When the span of a moment began."""
    return moment - timedelta(
        minutes=moment.minute % 10, seconds=moment.second, microseconds=moment.microsecond
    )


def _spans(owner: str) -> QuerySet[Usage]:
    return Usage.objects.filter(owner=owner, since__gt=timezone.now() - DAY - SPAN)


_sent = Prepared(
    lambda owner, since: number(
        "SUM", Usage.objects.filter(owner=owner, since__gt=since), "photos"
    ),
    owner=str,
    since=datetime,
)
