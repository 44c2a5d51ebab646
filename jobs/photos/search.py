"""Which of a visitor's photos are meant: by the history, in which order, and by ids of things."""

import re
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from colorweb.accounts.visitors import Visitor
from colorweb.prepared import Prepared, number
from jobs.models import AlbumPhoto, Job, Photo, State
from jobs.storage import access

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
        photos = _in_album(photos, UUID(album))
    if model:
        photos = photos.filter(colored_by=model)
    if since:
        photos = photos.filter(created_at__gte=_midnight(since))
    if until and until < date.max:
        photos = photos.filter(created_at__lt=_midnight(until + timedelta(days=1)))
    return photos


def _in_album(photos: QuerySet[Photo], album: UUID) -> QuerySet[Photo]:
    """PostgreSQL would read all photos in the order asked for until enough are in the album, were
    its photos not an array to it.
    """
    if connection.vendor != "postgresql":
        return photos.filter(places__album=album)
    those = "SELECT photo_id FROM jobs_albumphoto WHERE album_id = %s"
    return photos.extra(where=[f"jobs_photo.id = ANY(ARRAY({those}))"], params=[album])  # noqa: S610


def among(
    visitor: Visitor,
    *,
    photos: Iterable[uuid.UUID] = (),
    jobs: Iterable[uuid.UUID] = (),
    batches: Iterable[uuid.UUID] = (),
    albums: Iterable[uuid.UUID] = (),
) -> QuerySet[Photo]:
    """Those of the visitor's photos that are named, or belong to what is named."""
    of_jobs = Job.objects.filter(Q(pk__in=list(jobs)) | Q(batch__in=list(batches)))
    in_albums = AlbumPhoto.objects.filter(album__in=list(albums))
    named = (
        Q(pk__in=list(photos))
        | Q(pk__in=of_jobs.values("photo"))
        | Q(pk__in=in_albums.values("photo"))
    )
    return access.photos_of(visitor).filter(named).select_related(None)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def versions(photos: Iterable[Photo]) -> Counter[object]:
    """How many results each of the photos has, in one query."""
    done = Job.objects.filter(photo__in=list(photos), state=State.SUCCEEDED)
    return Counter(done.values_list("photo", flat=True))


def versions_of(photo: Photo) -> int:
    """How many results one photo has."""
    return _versions.number(photo=photo.pk)


_versions = Prepared(
    lambda photo: number("COUNT", Job.objects.filter(photo=photo, state=State.SUCCEEDED)),
    photo=uuid.UUID,
)


def with_newest(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    """Read the newest jobs alone: `read_versions` reads the few versions in use that are others."""
    return photos.select_related(None).select_related("newest")


def read_versions(photos: Iterable[Photo]) -> None:
    """Give photos that are read with their newest jobs the versions in use."""
    others = [photo.version_id for photo in photos if photo.version_id != photo.newest_id]
    read = Job.objects.in_bulk([key for key in others if key])
    for photo in photos:
        same = photo.version_id == photo.newest_id
        photo.version = photo.newest if same else read.get(photo.version_id)


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
