"""Who may see a photo: publishing, unlisting and hiding it again are its owner's separate acts."""

from django.db.models.functions import Coalesce
from django.utils import timezone

from jobs.models import Job, Photo, State

SHOWN = (Photo.Visibility.PUBLIC, Photo.Visibility.UNLISTED)
"""Visibilities in which others see the photo's `published_job`."""


def publish(job: Job) -> None:
    """Show a succeeded job's colors in the gallery, in place of others of its photo.

    Raises ValueError if it has none.
    """
    if job.state != State.SUCCEEDED:
        raise ValueError("Only a finished photo can be published.")
    Photo.objects.filter(pk=job.photo_id).update(
        visibility=Photo.Visibility.PUBLIC,
        published_job=job,
        # Not the database's own time: SQLite stores it shorter, and compares moments as text.
        published_at=Coalesce("published_at", timezone.now()),
    )


def unlist(job: Job) -> None:
    """Show a succeeded job's colors to anyone with the photo's address, and in no list.

    Raises ValueError if it has none.
    """
    if job.state != State.SUCCEEDED:
        raise ValueError("Only a finished photo can be shown to others.")
    Photo.objects.filter(pk=job.photo_id).update(
        visibility=Photo.Visibility.UNLISTED, published_job=job, published_at=None
    )


def set_caption(photo: Photo, title: str, alt: str) -> None:
    """Set a photo's title and alternative text; both may be empty."""
    Photo.objects.filter(pk=photo.pk).update(
        title=readable(title)[:200],
        alt=readable(alt)[:1000],
    )


def readable(text: str) -> str:
    """A text as it was meant: without spaces around it and without NUL characters."""
    return text.replace("\0", "").strip()


def request_visibility(photo: Photo, visibility: str) -> None:
    """Record the visibility of the first result; `apply_requested_visibility` applies it."""
    photo.visibility = visibility
    public = visibility == Photo.Visibility.PUBLIC
    photo.published_at = timezone.now() if public else None
    photo.save(update_fields=["visibility", "published_at"])


def apply_requested_visibility(job: Job) -> None:
    """Publish the first result of a photo whose visibility was requested at upload."""
    Photo.objects.filter(pk=job.photo_id, visibility__in=SHOWN, published_job=None).update(
        published_job=job
    )


def unpublish(photo: Photo) -> None:
    """Make a photo private; from then on only its owner can open its files."""
    Photo.objects.filter(pk=photo.pk).update(
        visibility=Photo.Visibility.PRIVATE, published_job=None, published_at=None
    )
