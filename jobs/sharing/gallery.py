"""The gallery: what was published, for anybody to find."""

import re
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from jobs.models import Job, Photo

ORDERS = {"newest": "-published_at", "likes": "-likes"}
"""What to go through the gallery by."""


def public_photos() -> QuerySet[Photo]:
    """What anybody may find in the gallery, each with its version, in no order."""
    return Photo.objects.filter(
        published_at__isnull=False,
        visibility=Photo.Visibility.PUBLIC,
        version__isnull=False,
        hidden_for="",
        trashed_at=None,
    ).select_related("version")


def titled(text: str) -> QuerySet[Photo]:
    """Public photos whose title or alternative text has all the words."""
    return with_words(public_photos(), text)


def with_words(photos: QuerySet[Photo], text: str) -> QuerySet[Photo]:
    """Those whose title or alternative text has all the words."""
    for word in text.split():
        pattern = re.escape(word)  # SQLite's LIKE would know capitals of Latin letters only
        photos = photos.filter(Q(title__iregex=pattern) | Q(alt__iregex=pattern))
    return photos


def jobs_shown(photos: Iterable[Photo]) -> list[Job]:
    """The job whose colors each public photo shows, without a query for each."""
    jobs = []
    for photo in photos:
        if job := photo.version:
            job.photo = photo
            jobs.append(job)
    return jobs


def neighbors(photo: Photo) -> tuple[Photo | None, Photo | None]:
    """The gallery's next newer and next older photo."""
    if photo.published_at is None:
        return None, None
    newer = public_photos().filter(published_at__gt=photo.published_at).order_by("published_at")
    older = public_photos().filter(published_at__lt=photo.published_at).order_by("-published_at")
    return newer.first(), older.first()
