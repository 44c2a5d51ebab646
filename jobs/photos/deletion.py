"""Deleting photos for good, with all that holds them."""

import uuid
from collections.abc import Collection

from django.db import transaction

from jobs.models import Archive, Photo


def delete(photo: Photo) -> None:
    """Delete a photo with its jobs, and its files once that is certain (`jobs.signals`)."""
    with transaction.atomic():
        photo.delete()


def delete_archives(photo_ids: Collection[uuid.UUID]) -> None:
    """Delete the zips that hold any of these photos."""
    for archive in Archive.objects.filter(photos__in=photo_ids).distinct():
        archive.delete()
