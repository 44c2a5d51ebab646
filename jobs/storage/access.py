"""Who may see and change what: the one place that decides."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from colorweb.accounts.visitors import Visitor
from colorweb.prepared import Prepared
from jobs.models import (
    EXTENSIONS,
    LONG_SIDES,
    OFFERED,
    Album,
    AlbumPhoto,
    Archive,
    Batch,
    Job,
    Look,
    Photo,
    State,
    Vividness,
    WebhookDelivery,
    WebhookEndpoint,
)
from jobs.storage import by_link

NOT_IN_TRASH = Q(photo__trashed_at=None)
"""Of a job: its photo is not in the trash, where `jobs.photos.trash` alone finds it."""
IN_USE = Q(photo__version=F("pk"))
"""Of a job: its photo is shown in its colors. Others never see another job of a photo."""


def owned_by(visitor: Visitor) -> Q:
    """The condition on a job that its photo belongs to the visitor."""
    if visitor.user:
        return Q(photo__owner=visitor.user)
    return Q(photo__owner=None, photo__guest=visitor.guest)


def owns(visitor: Visitor, photo: Photo) -> bool:
    """Whether the photo belongs to the visitor."""
    return photo.visitor_key == visitor.key


def photos_of(visitor: Visitor) -> QuerySet[Photo]:
    """The visitor's photos with their newest jobs and the versions in use."""
    owned = _of_account(visitor.user.pk) if visitor.user else _of_guest(visitor.guest)
    return _photos.filter(owned).select_related("newest", "version")


def neighbors(photo: Photo) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """The newest jobs of its owner's photos sent just after and just before this one, each None at
    an end.
    """
    after, before = _BESIDE_OF_ACCOUNT if photo.owner_id else _BESIDE_OF_GUEST
    place = {"owner": photo.owner_id or photo.guest, "at": photo.created_at, "key": photo.pk}
    newer, older = after.first(**place), before.first(**place)
    return newer and newer[0], older and older[0]


_photos = Photo.objects.filter(trashed_at=None, newest__isnull=False)
Newest = QuerySet[Photo, tuple[uuid.UUID]]
Owned = Callable[[Any], Q]


# An index finds where "or" begins only by what both of its sides have in common.
def _newer(owned: Owned, owner: Any, at: datetime, key: uuid.UUID) -> Newest:
    further = Q(created_at__gt=at) | Q(pk__gt=key)
    found = _photos.filter(owned(owner), further, created_at__gte=at)
    return found.order_by("created_at", "pk").values_list("newest")[:1]


def _older(owned: Owned, owner: Any, at: datetime, key: uuid.UUID) -> Newest:
    further = Q(created_at__lt=at) | Q(pk__lt=key)
    found = _photos.filter(owned(owner), further, created_at__lte=at)
    return found.order_by("-created_at", "-pk").values_list("newest")[:1]


def _of_account(owner: int) -> Q:
    return Q(owner=owner)


def _of_guest(guest: str) -> Q:
    return Q(owner=None, guest=guest)


_BESIDE_OF_ACCOUNT, _BESIDE_OF_GUEST = (
    tuple(
        Prepared(partial(find, owned), owner=kind, at=datetime, key=uuid.UUID)
        for find in (_newer, _older)
    )
    for owned, kind in ((_of_account, int), (_of_guest, str))
)


def own_photo(visitor: Visitor, photo_id: uuid.UUID) -> Photo:
    """A photo of the visitor's own. Raises Http404 for anybody else's."""
    photo = photos_of(visitor).filter(pk=photo_id).first()
    if photo is None:
        raise Http404("no such photo")
    return photo


def own_version(visitor: Visitor, photo_id: uuid.UUID, job_id: uuid.UUID) -> Job:
    """A finished coloring of one of the visitor's photos. Else Http404."""
    done = jobs_of(visitor).filter(photo=photo_id, state=State.SUCCEEDED)
    return _one(done.filter(pk=job_id))


def jobs_of(visitor: Visitor) -> QuerySet[Job]:
    """The visitor's jobs, the newest first."""
    return _jobs_of(visitor.key).order_by("-created_at")


def _jobs_of(key: str) -> QuerySet[Job]:
    return Job.objects.filter(NOT_IN_TRASH, visitor_key=key).select_related("photo")


_own_job = Prepared(lambda key, job_id: _jobs_of(key).filter(pk=job_id), key=str, job_id=uuid.UUID)


def batches_of(visitor: Visitor) -> Q:
    """The condition on a batch that it belongs to the visitor."""
    if visitor.user:
        return Q(owner=visitor.user)
    return Q(owner=None, guest=visitor.guest)


def own_batch(visitor: Visitor, batch_id: uuid.UUID) -> Batch:
    """A batch of the visitor's own. Raises Http404 for anybody else's."""
    batch = Batch.objects.filter(batches_of(visitor), pk=batch_id).first()
    if batch is None:
        raise Http404("no such batch")
    return batch


def jobs_of_batch(visitor: Visitor, batch: Batch) -> QuerySet[Job]:
    """One job for each photo of a batch: of those that were retried only the last."""
    return jobs_of(visitor).filter(batch=batch, retries=None)


def states_of_batches(visitor: Visitor, batches: Sequence[Batch]) -> dict[Any, dict[str, int]]:
    """For each batch with jobs how many of them are in which state, in one query."""
    jobs = jobs_of(visitor).filter(batch__in=batches, retries=None).order_by()
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    for batch, state, count in jobs.values_list("batch", "state").annotate(Count("pk")):
        found[batch][state] = count
    return found


def own_job(visitor: Visitor, job_id: uuid.UUID) -> Job:
    """A job of the visitor's own. Raises Http404 for anybody else's, as if it were not there."""
    job = _own_job.first(key=visitor.key, job_id=job_id)
    if job is None:
        raise Http404("no such job")
    return job


def shown_to(visitor: Visitor) -> Q:
    """The condition on a job that others may look at it, and this visitor is one of them.

    What staff have hidden is for the staff to look at.
    """
    shown = Q(photo__visibility__in=(Photo.Visibility.PUBLIC, Photo.Visibility.UNLISTED))
    if visitor.grants:
        shown |= by_link.let_in(visitor)
    shown &= IN_USE
    return shown if visitor.may("staff") else shown & Q(photo__hidden_for="")


class Rights(NamedTuple):
    """What somebody who may look at a photo may do beyond seeing it in color."""

    originals: bool = True
    downloads: bool = True


def rights(visitor: Visitor, job: Job) -> Rights:
    """What a visitor who sees a job may have of it: all, unless links alone let them in, and
    those withhold it.
    """
    photo = job.photo
    shown = photo.visibility != Photo.Visibility.PRIVATE and not photo.hidden_for
    if owns(visitor, photo) or shown or visitor.may("staff"):
        return Rights()
    links = by_link.leading_to(visitor, photo)
    return Rights(*(any(getattr(link, name) for link in links) for name in Rights._fields))


def visible_job(visitor: Visitor, job_id: uuid.UUID) -> Job:
    """A job the visitor may look at: one's own, or one that is shown. Else Http404."""
    return _one(_visible(visitor).filter(pk=job_id))


def shown_photo(visitor: Visitor, photo_id: uuid.UUID) -> Job:
    """The job whose colors a photo is shown in, at its permalink. Else Http404."""
    return _one(_visible(visitor).filter(IN_USE, photo=photo_id))


def is_public(job: Job) -> bool:
    """Whether anybody may see these colors: they are those that the gallery shows."""
    photo = job.photo
    public = photo.visibility == Photo.Visibility.PUBLIC and not photo.hidden_for
    return public and job.in_use


def public_photo(visitor: Visitor, photo_id: uuid.UUID) -> Photo:
    """A photo that anybody may find, like and report. Else Http404."""
    photo = shown_photo(visitor, photo_id).photo
    if photo.visibility != Photo.Visibility.PUBLIC or photo.hidden_for:
        raise Http404("not public")
    return photo


def _visible(visitor: Visitor) -> QuerySet[Job]:
    jobs = Job.objects.filter(NOT_IN_TRASH, owned_by(visitor) | shown_to(visitor))
    return jobs.select_related("photo")


def may_request(
    visitor: Visitor,
    job: Job,
    *,
    format: str | None,  # noqa: A002 - the usual name
    look: Look,
    long_side: int | None,
    keep_metadata: bool,
    depth: int | None = None,
) -> bool:
    """Whether a visitor who sees the job may have such a file made from it.

    What the camera wrote is the owner's alone. Others choose among what the page offers, so that
    nobody can have endless files made of another's photo. None and 0 mean as the result has it.
    """
    photo = job.photo
    if owns(visitor, photo):
        return True
    formats = {None, job.format, *OFFERED, *({photo.format} & EXTENSIONS.keys())}
    steps = [Look(vividness, photo.tones) for vividness in Vividness.values]
    return (
        rights(visitor, job).downloads
        and not keep_metadata
        and format in formats
        and depth in (None, 8, job.depth)
        and look in (photo.look, job.look, *steps)
        and (not long_side or long_side in LONG_SIDES)
    )


def archives_of(visitor: Visitor) -> QuerySet[Archive]:
    """The visitor's zips, the newest first."""
    mine = Q(owner=visitor.user) if visitor.user else Q(owner=None, guest=visitor.guest)
    return Archive.objects.filter(mine, expires_at__gt=timezone.now()).order_by("-created_at")


def albums_of(visitor: Visitor) -> QuerySet[Album]:
    """The visitor's albums, the newest first."""
    mine = Q(owner=visitor.user) if visitor.user else Q(owner=None, guest=visitor.guest)
    return Album.objects.filter(mine).order_by("-created_at", "-pk")


def counted_albums_of(visitor: Visitor) -> QuerySet[Album]:
    """The same, each with the `count` of its photos; those that are not read are not counted."""
    # All of an album are its owner's. The trash is read once, not each photo of each album.
    trash = Photo.objects.filter(owner=visitor.user, trashed_at__isnull=False)
    places = AlbumPhoto.objects.filter(album=OuterRef("pk")).exclude(photo__in=trash.values("pk"))
    count = places.order_by().values("album").annotate(count=Count("pk")).values("count")
    return albums_of(visitor).annotate(count=Coalesce(Subquery(count), 0))


def own_album(visitor: Visitor, album_id: uuid.UUID) -> Album:
    """An album of the visitor's. Raises Http404 for anybody else's."""
    album = counted_albums_of(visitor).filter(pk=album_id).first()
    if album is None:
        raise Http404("no such album")
    return album


def own_archive(visitor: Visitor, archive_id: uuid.UUID) -> Archive:
    """A zip of the visitor's. Raises Http404 for anybody else's."""
    archive = archives_of(visitor).filter(pk=archive_id).first()
    if archive is None:
        raise Http404("no such archive")
    return archive


def own_endpoint(visitor: Visitor, endpoint_id: uuid.UUID) -> WebhookEndpoint:
    """A webhook of the visitor's account. Raises Http404 for anybody else's."""
    mine = WebhookEndpoint.objects.filter(owner=visitor.user, pk=endpoint_id)
    endpoint = mine.first() if visitor.user else None
    if endpoint is None:
        raise Http404("no such webhook")
    return endpoint


def own_delivery(visitor: Visitor, delivery_id: uuid.UUID) -> WebhookDelivery:
    """A message about the visitor's own. Raises Http404 for anybody else's."""
    mine = Q(job__in=jobs_of(visitor))
    if visitor.user:
        mine |= Q(job=None, endpoint__in=visitor.user.webhooks.all())
    known = WebhookDelivery.objects.select_related("endpoint", "job")
    delivery = known.filter(mine, pk=delivery_id).first()
    if delivery is None:
        raise Http404("no such delivery")
    return delivery


def _one(jobs: QuerySet[Job]) -> Job:
    job = jobs.first()
    if job is None:
        raise Http404("no such job")
    return job
