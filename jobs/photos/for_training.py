"""Color photos whose owners allow training with them, registered with `ml.consent`."""

from collections.abc import Iterator

from jobs.models import Photo


def allowed() -> Iterator[tuple[str, str]]:
    """Storage name and id of every color photo whose owner allows it now."""
    photos = Photo.objects.filter(
        has_color=True, trashed_at=None, owner__photos_for_training__isnull=False
    )
    for name, photo_id in photos.order_by("pk").values_list("source", "pk").iterator():
        yield name, str(photo_id)
