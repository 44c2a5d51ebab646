"""Likes of public photos: one for each visitor, and the photo's count is always exact."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from colorweb.accounts.visitors import Visitor
from colorweb.api import rates
from jobs.models import Like, Photo


def add(visitor: Visitor, photo: Photo) -> None:
    """Add the visitor's like; a second one changes nothing.

    Raises DomainError where many of one network have liked this photo today: accounts and cookies
    are cheap.
    """
    if Like.objects.filter(visitor=visitor.key, photo=photo).exists():
        return
    rates.check("like_of_photo", f"{photo.pk}:{visitor.network}")
    _add(visitor, photo)


def _add(visitor: Visitor, photo: Photo) -> None:
    with transaction.atomic():
        _, new = Like.objects.get_or_create(visitor=visitor.key, photo=photo)
        if new:
            Photo.objects.filter(pk=photo.pk).update(likes=F("likes") + 1)


def remove(visitor: Visitor, photo: Photo) -> None:
    """Remove the visitor's like, if there is one."""
    with transaction.atomic():
        if Like.objects.filter(visitor=visitor.key, photo=photo).delete()[0]:
            Photo.objects.filter(pk=photo.pk).update(likes=F("likes") - 1)


def among(visitor: Visitor, photos: Iterable[UUID]) -> set[UUID]:
    """Those of the photos that the visitor likes."""
    if visitor.is_new and not visitor.kept:
        return set()
    liked = Like.objects.filter(visitor=visitor.key, photo__in=list(photos))
    return set(liked.values_list("photo_id", flat=True))


def claim_guest_likes(guest: Visitor, account: Visitor) -> None:
    """Make a guest's likes the account's; what both liked counts once from now on.

    Photo by photo, always in the same order: likes that arrive at the same time count too.
    """
    for like in Like.objects.filter(visitor=guest.key).select_related("photo").order_by("photo"):
        _add(account, like.photo)
        remove(guest, like.photo)


def delete_all(visitor: Visitor) -> None:
    """Delete all likes of the visitor."""
    with transaction.atomic():
        _delete(Like.objects.filter(visitor=visitor.key))


def _delete(likes: QuerySet[Like]) -> None:
    gone = list(likes.select_for_update(of=("self",)))
    Like.objects.filter(pk__in=[like.pk for like in gone]).delete()
    Photo.objects.filter(pk__in=[like.photo_id for like in gone]).update(likes=F("likes") - 1)
