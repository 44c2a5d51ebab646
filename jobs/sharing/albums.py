"""Albums: which photos are in one, and in what order."""

import uuid
from collections.abc import Sequence

from django.db import transaction

from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from jobs.models import Album, AlbumPhoto
from jobs.storage import access

MAX_PHOTOS = 10_000
MAX_ALBUMS = 1000
"""Of one account or guest."""


def make(visitor: Visitor, **fields: str) -> Album:
    """A new album of the visitor's, without photos. Raises DomainError if there are too many."""
    if access.albums_of(visitor).count() >= MAX_ALBUMS:
        raise DomainError("too_many_albums", limit=MAX_ALBUMS)
    return Album.objects.create(owner=visitor.user, guest=visitor.guest, **fields)


def set_photos(album: Album, visitor: Visitor, photo_ids: Sequence[uuid.UUID]) -> None:
    """Let an album hold these of the visitor's photos, in this order; others leave it.

    What somebody else added and its owner keeps is accepted by that. Ids that are not the
    visitor's photos are left out.
    """
    order = list(dict.fromkeys(photo_ids))
    known = set(access.photos_of(visitor).filter(pk__in=order).values_list("pk", flat=True))
    order = [key for key in order if key in known]
    with transaction.atomic():
        Album.objects.select_for_update().get(pk=album.pk)
        album.places.exclude(photo__in=order).delete()
        AlbumPhoto.objects.bulk_create(
            [
                AlbumPhoto(album=album, photo_id=key, position=position)
                for position, key in enumerate(order)
            ],
            update_conflicts=True,
            unique_fields=["album", "photo"],
            update_fields=["position", "accepted"],
        )
