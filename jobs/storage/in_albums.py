"""What lies in an album, in its order."""

import uuid
from collections.abc import Iterable

from django.db.models import OuterRef, QuerySet, Subquery

from jobs.models import Album, AlbumPhoto, Job
from jobs.storage import access

ALBUM_ORDERS: dict[str, tuple[str, ...]] = {
    Album.Sort.HAND: (),
    Album.Sort.TAKEN: ("photo__taken",),
    Album.Sort.NAME: ("photo__name",),
}
"""How an album is sorted -> columns that come before the place by hand."""


def places_of(album: Album) -> QuerySet[AlbumPhoto]:
    """An album's photos in its order, for its owner: without those in the trash."""
    places = AlbumPhoto.objects.filter(access.NOT_IN_TRASH, album=album).select_related("photo")
    return places.order_by(*ALBUM_ORDERS[Album.Sort(album.sort)], "position", "pk")


def first_photos(albums: Iterable[Album]) -> dict[uuid.UUID, uuid.UUID]:
    """For each album with photos that of its first one, by a query for each way of sorting."""
    found: dict[uuid.UUID, uuid.UUID] = {}
    by_sort: dict[str, list[Album]] = {}
    for album in albums:
        by_sort.setdefault(album.sort, []).append(album)
    for sort, alike in by_sort.items():
        places = AlbumPhoto.objects.filter(access.NOT_IN_TRASH, album=OuterRef("pk"))
        places = places.order_by(*ALBUM_ORDERS[sort], "position", "pk")
        first = Subquery(places.values("photo")[:1])
        known = Album.objects.filter(pk__in=[album.pk for album in alike])
        found |= known.annotate(first=first).exclude(first=None).values_list("pk", "first")
    return found


def shown_in(album: Album) -> QuerySet[Job]:
    """What an album's link opens, in the album's order: its photos' versions."""
    places = AlbumPhoto.objects.filter(album=album, accepted=True)
    position = places.filter(photo=OuterRef("photo")).values("position")[:1]
    jobs = Job.objects.filter(
        access.NOT_IN_TRASH, access.IN_USE, photo__hidden_for="", photo__in=places.values("photo")
    )
    jobs = jobs.annotate(position=Subquery(position)).select_related("photo")
    return jobs.order_by(*ALBUM_ORDERS[Album.Sort(album.sort)], "position")
