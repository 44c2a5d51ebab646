"""What an owner writes about a photo. Files that carry it are made again when it changes."""

import re

from django.db import transaction

from jobs.models import Photo, Rendition
from jobs.results import renditions
from ml.imaging.metadata import Words

TAKEN = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
MAX_PEOPLE = 50
COLUMNS = ("title", "alt", "caption", "taken", "people")
"""Of a photo: title and alternative text, caption, 1931, 1931-05 or 1931-05-12, names."""


def write(photo: Photo, **words: str | list[str]) -> None:
    """Set some of `COLUMNS`, as they are given."""
    with transaction.atomic():
        Photo.objects.filter(pk=photo.pk).update(**words)
        carrying = Rendition.objects.filter(job__photo=photo, keep_metadata=True)
        for rendition in carrying.select_related("job"):
            renditions.delete(rendition)


def of(photo: Photo) -> Words:
    """What a file of the photo says about it."""
    return Words(photo.title, photo.caption, photo.taken, tuple(photo.people))
