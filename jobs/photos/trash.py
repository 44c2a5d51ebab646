"""The trash: what an account deletes lies here for `TRASH_RETENTION`, seen by its owner alone.

A photo in the trash keeps its rows, files and publication, so that restoring it brings back what
was there; `jobs.storage.access` and `jobs.sharing.gallery` hide it until then. Guests have
no trash: what they delete is gone.
"""

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import Http404

from colorweb import clock
from colorweb.accounts.visitors import Visitor
from jobs.models import IdempotencyKey, Job, Photo
from jobs.photos import deletion
from jobs.queue import states

BATCH = 200  # rows in memory at once


def put(photos: Iterable[Photo]) -> None:
    """Put accounts' photos into the trash, and delete guests' at once.

    What still waits or runs for them is canceled, zips that hold them go, and the names of their
    requests are deleted: the same photo sent again becomes a new one.
    """
    photos = list(photos)
    kept = [photo.pk for photo in photos if photo.owner_id]
    with transaction.atomic():
        Photo.objects.filter(pk__in=kept, trashed_at=None).update(trashed_at=Now())
        deletion.delete_archives(kept)
        IdempotencyKey.objects.filter(job__photo__in=kept).delete()
    # Not in that transaction: a worker locks a job first, then its photo.
    states.cancel_all(Job.objects.filter(photo__in=kept))
    delete(photo for photo in photos if not photo.owner_id)


def of(visitor: Visitor) -> QuerySet[Photo]:
    """What lies in the visitor's trash, the newest there first."""
    if visitor.user is None:
        return Photo.objects.none()
    trashed = Photo.objects.filter(owner=visitor.user, trashed_at__isnull=False)
    return trashed.order_by("-trashed_at", "-pk")


def one_of(visitor: Visitor, photo_id: uuid.UUID) -> Photo:
    """A photo in the visitor's trash. Raises Http404 for any other."""
    photo = of(visitor).filter(pk=photo_id).first()
    if photo is None:
        raise Http404("no such photo in the trash")
    return photo


def restore(photos: QuerySet[Photo]) -> int:
    """Bring photos back to where they were; how many."""
    return photos.order_by().update(trashed_at=None)


def delete(photos: Iterable[Photo]) -> int:
    """Delete photos for good, rows and files; how many."""
    gone = 0
    for photo in photos:
        deletion.delete(photo)
        gone += 1
    return gone


def empty(visitor: Visitor) -> int:
    """Delete for good all that lies in the visitor's trash; how many."""
    return _delete_all(of(visitor))


def expire() -> int:
    """Delete for good what has lain in the trash for its time; how many."""
    oldest = clock.before(settings.TRASH_RETENTION)
    return _delete_all(Photo.objects.filter(trashed_at__lt=oldest).order_by("trashed_at"))


def _delete_all(photos: QuerySet[Photo]) -> int:
    gone = 0
    while batch := list(photos[:BATCH]):
        gone += delete(batch)
    return gone
