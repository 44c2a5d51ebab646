"""Which of a visitor's photos the history shows, in which order."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from jobs.models import Job, Photo, State

ORDERS = {
    "newest": "-created_at",
    "oldest": "created_at",
    "name": "name",
    "bytes": "-stored_bytes",
}
"""What the history can go by -> the column; `models.photo` has an index for each."""
STATES: dict[str, tuple[str, ...]] = {
    "waiting": (State.QUEUED, State.RUNNING),
    "succeeded": (State.SUCCEEDED,),
    "failed": (State.FAILED,),
    "canceled": (State.CANCELED,),
}
"""Values of the state filter -> the states of a photo's newest job."""


def find(
    photos: QuerySet[Photo],
    *,
    text: str = "",
    state: str = "",
    visibility: str = "",
    album: str = "",
    model: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Photo]:
    """Those whose name or title has all the words, and that match the other conditions.

    `state` is a key of `STATES`; the days are the site's, both included.
    """
    for word in text.split():
        pattern = re.escape(word)  # SQLite's LIKE would know capitals of Latin letters only
        photos = photos.filter(Q(name__iregex=pattern) | Q(title__iregex=pattern))
    if state:
        photos = photos.filter(state__in=STATES[state])
    if visibility:
        photos = photos.filter(visibility=visibility)
    if album:
        photos = photos.filter(places__album=UUID(album))
    if model:
        photos = photos.filter(colored_by=model)
    if since:
        photos = photos.filter(created_at__gte=_midnight(since))
    if until and until < date.max:
        photos = photos.filter(created_at__lt=_midnight(until + timedelta(days=1)))
    return photos


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def versions(photos: Iterable[Photo]) -> Counter[object]:
    """How many results each of the photos has, in one query."""
    done = Job.objects.filter(photo__in=list(photos), state=State.SUCCEEDED)
    return Counter(done.values_list("photo", flat=True))


def shown_of(photo: Photo) -> Job:
    """The job that lists show for a photo: its version in use, unless a newer one has not ended
    so; `access.photos_of` has read both.
    """
    newest = newest_of(photo)
    if photo.version is None or newest.state != State.SUCCEEDED:
        return newest
    photo.version.photo = photo
    return photo.version


def newest_of(photo: Photo) -> Job:
    """The newest job of a photo that `access.photos_of` has read; both know each other."""
    job = photo.newest
    if job is None:
        raise ValueError("a photo without a job")
    job.photo = photo
    return job
