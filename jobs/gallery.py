"""Publishing is the owner's separate act; the gallery shows what was published."""

from django.db.models import F, QuerySet
from django.utils import timezone

from jobs.models import Job, Photo, State


def publish(job: Job, title: str = "") -> None:
    """Show a succeeded job's colours in the gallery. Raises ValueError if it has none."""
    if job.state != State.SUCCEEDED:
        raise ValueError("Only a finished photo can be published.")
    Photo.objects.filter(pk=job.photo_id).update(
        visibility=Photo.Visibility.PUBLIC,
        published_job=job,
        published_at=timezone.now(),
        title=title.strip()[:200],
    )


def publish_when_done(photo: Photo) -> None:
    """Note the wish to publish; `keep_promise` shows the first result."""
    photo.visibility = Photo.Visibility.PUBLIC
    photo.published_at = timezone.now()
    photo.save(update_fields=["visibility", "published_at"])


def keep_promise(job: Job) -> None:
    """Show a result whose owner asked for it before it was there."""
    Photo.objects.filter(
        pk=job.photo_id, visibility=Photo.Visibility.PUBLIC, published_job=None
    ).update(published_job=job)


def unpublish(photo: Photo) -> None:
    """Take a photo out of the gallery; from then on its files are the owner's alone."""
    Photo.objects.filter(pk=photo.pk).update(
        visibility=Photo.Visibility.PRIVATE, published_job=None, published_at=None
    )


def public_jobs() -> QuerySet[Job]:
    """What the gallery shows: the published job of each public photo, the newest first."""
    return (
        Job.objects.filter(photo__visibility=Photo.Visibility.PUBLIC, photo__published_job=F("pk"))
        .select_related("photo")
        .annotate(published_at=F("photo__published_at"))
        .order_by("-published_at", "photo_id")
    )
