"""Who may see a photo, and what is written about it: its owner's separate acts."""

from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from jobs.models import Job, Photo, State


def publish(job: Job, *, with_words: bool = False) -> None:
    """Show a photo in the gallery, in the colors of this succeeded job; `with_words`: with its
    caption, date and people, not with its title alone.

    Raises ValueError if it has none.
    """
    if job.state != State.SUCCEEDED:
        raise ValueError("Only a finished photo can be shown to others.")
    change(job.photo, Photo.Visibility.PUBLIC, version=job, words_public=with_words)


def unpublish(photo: Photo) -> None:
    """Make a photo private; from then on only its owner can open its files."""
    change(photo, Photo.Visibility.PRIVATE)


def change(photo: Photo, visibility: str, **values: Any) -> None:
    """Who sees a photo from now on, or once it is colored; `values` are other columns."""
    published = None
    if visibility == Photo.Visibility.PUBLIC:
        # Not the database's own time: SQLite stores it shorter, and compares moments as text.
        published = Coalesce("published_at", timezone.now())
    Photo.objects.filter(pk=photo.pk).update(
        visibility=visibility, published_at=published, **values
    )
    photo.visibility = visibility


def readable(text: str) -> str:
    """A text as it was meant: without spaces around it and without NUL characters."""
    return text.replace("\0", "").strip()
