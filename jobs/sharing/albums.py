"""Albums: which photos are in one, and in what order."""

import uuid
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from jobs.models import Album, AlbumPhoto, Job
from jobs.photos import intake
from jobs.storage import access, in_albums

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


def add(album: Album, visitor: Visitor, photo_ids: Sequence[uuid.UUID], giver: str = "") -> int:
    """Put more of the visitor's photos at the end of an album; how many are new in it.

    What a `giver` adds waits until the owner accepts it. What does not fit any more is left out.
    """
    known = access.photos_of(visitor).filter(pk__in=photo_ids).exclude(places__album=album)
    there = set(known.values_list("pk", flat=True))
    new = [key for key in dict.fromkeys(photo_ids) if key in there]
    with transaction.atomic():
        Album.objects.select_for_update().get(pk=album.pk)
        new = new[: max(0, MAX_PHOTOS - album.places.count())]
        last = album.places.aggregate(last=Max("position"))["last"]
        start = 0 if last is None else last + 1
        AlbumPhoto.objects.bulk_create(
            AlbumPhoto(album=album, photo_id=key, position=place, giver=giver, accepted=not giver)
            for place, key in enumerate(new, start)
        )
    return len(new)


def contribute(album: Album, upload: UploadedFile, giver: str, address: str) -> Job:
    """Color a photo that somebody adds to an album: it belongs to the album's owner, counts to
    their storage, and waits until they accept it. Raises DomainError.
    """
    owner = Visitor(user=album.owner, guest=album.guest, address=address)
    job = intake.accept(upload, owner)
    add(album, owner, [job.photo_id], giver)
    return job


def remove(album: Album, photo_ids: Sequence[uuid.UUID]) -> int:
    """Take photos out of an album, which deletes none; how many were in it."""
    return album.places.filter(photo__in=photo_ids).delete()[0]


def accept(album: Album, photo_ids: Sequence[uuid.UUID]) -> int:
    """Show what somebody else has added; how many there were."""
    return album.places.filter(photo__in=photo_ids, accepted=False).update(accepted=True)


def move(album: Album, photo_ids: Sequence[uuid.UUID], step: int) -> None:
    """Move photos by a place towards the start (-1) or the end (1); sorted by hand from now on."""
    moved = set(photo_ids)
    with transaction.atomic():
        places = list(in_albums.places_of(album))
        order = places if step < 0 else places[::-1]
        for here in range(1, len(order)):
            if order[here].photo_id in moved and order[here - 1].photo_id not in moved:
                order[here - 1 : here + 1] = [order[here], order[here - 1]]
        _set_order(album, order if step < 0 else order[::-1])


def place(album: Album, photo_ids: Sequence[uuid.UUID], beside: uuid.UUID, *, after: bool) -> None:
    """Put photos just before or after another one; sorted by hand from now on."""
    moved = set(photo_ids) - {beside}
    with transaction.atomic():
        places = list(in_albums.places_of(album))
        order = [place for place in places if place.photo_id not in moved]
        at = next((at for at, place in enumerate(order) if place.photo_id == beside), None)
        if at is None:
            return
        order[at + after : at + after] = [place for place in places if place.photo_id in moved]
        _set_order(album, order)


def _set_order(album: Album, places: Sequence[AlbumPhoto]) -> None:
    for position, place in enumerate(places):
        place.position = position
    AlbumPhoto.objects.bulk_update(places, ["position"])
    Album.objects.filter(pk=album.pk).update(sort=Album.Sort.HAND)
