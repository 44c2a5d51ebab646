"""The history: which of a visitor's photos to show, and what is done with many of them."""

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from colorweb.accounts.visitors import Visitor
from jobs import gallery, intake, limits, states
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
"""What one may ask for -> the states of a photo's newest job."""


def find(
    photos: QuerySet[Photo],
    *,
    words: str = "",
    state: str = "",
    model: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Photo]:
    """Those whose name or title has all the words, and that fit whatever else is given.

    `state` is a key of `STATES`; the days are the site's, both included.
    """
    for word in words.split():
        pattern = re.escape(word)  # SQLite's LIKE would know capitals of Latin letters only
        photos = photos.filter(Q(name__iregex=pattern) | Q(title__iregex=pattern))
    if state:
        photos = photos.filter(state__in=STATES[state])
    if model:
        photos = photos.filter(coloured_by=model)
    if since:
        photos = photos.filter(created_at__gte=_midnight(since))
    if until:
        photos = photos.filter(created_at__lt=_midnight(until) + timedelta(days=1))
    return photos


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def versions(photos: Iterable[Photo]) -> Counter[object]:
    """How many results each of the photos has, in one query."""
    done = Job.objects.filter(photo__in=list(photos), state=State.SUCCEEDED)
    return Counter(done.values_list("photo", flat=True))


# What is done with many photos. Each returns for how many there was something to do.


def publish(photos: Iterable[Photo]) -> int:
    """Show those in the gallery whose newest job has coloured them."""
    jobs = _newest(photos, State.SUCCEEDED)
    for job in jobs:
        gallery.publish(job)
    return len(jobs)


def unpublish(photos: Iterable[Photo]) -> int:
    """Take those out of the gallery that are in it."""
    public = [photo for photo in photos if photo.visibility == Photo.Visibility.PUBLIC]
    for photo in public:
        gallery.unpublish(photo)
    return len(public)


def cancel(photos: Iterable[Photo]) -> int:
    """Stop what waits or runs."""
    jobs = _newest(photos, State.QUEUED, State.RUNNING)
    for job in jobs:
        with contextlib.suppress(states.Refused):  # it has ended meanwhile
            states.request_cancel(job)
    return len(jobs)


def retry(photos: Iterable[Photo], visitor: Visitor) -> tuple[int, limits.Exceeded | None]:
    """Try those again whose newest job failed or was cancelled, until a limit is met."""
    jobs = _newest(photos, State.FAILED, State.CANCELED)
    return _until_enough(jobs, lambda job: intake.retry(job, visitor))


def again(
    photos: Iterable[Photo], visitor: Visitor, *, model: str, vividness: float, size: int | None
) -> tuple[int, limits.Exceeded | None]:
    """Colour those that are at rest anew, otherwise, until a limit is met.

    Raises LookupError for a model there is not.
    """
    jobs = _newest(photos, State.SUCCEEDED, State.FAILED, State.CANCELED)
    return _until_enough(
        jobs,
        lambda job: intake.again(job, visitor, model=model, vividness=vividness, size=size),
    )


def _newest(photos: Iterable[Photo], *wanted: str) -> list[Job]:
    """The newest jobs of photos that were read with them, where they are in a wanted state."""
    return [job for photo in photos if (job := newest_of(photo)).state in wanted]


def newest_of(photo: Photo) -> Job:
    """The newest job of a photo that `access.photos_of` has read; both know each other."""
    job = photo.newest
    if job is None:
        raise ValueError("a photo without a job")
    job.photo = photo
    return job


def _until_enough(
    jobs: Iterable[Job], act: Callable[[Job], object]
) -> tuple[int, limits.Exceeded | None]:
    done = 0
    for job in jobs:
        try:
            act(job)
        except limits.Exceeded as error:
            return done, error
        done += 1
    return done, None
