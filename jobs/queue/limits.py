"""How much anybody may ask of the site, so that there is enough for everybody.

Rates, which are about seconds, are the API's business; these are about days and the queue. They
count by what a turn in the queue belongs to: an account, a guest's address, or all accounts of one
network that have not confirmed their address.
"""

from typing import NamedTuple, TypedDict

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.template.defaultfilters import filesizeformat

from colorweb import free_space
from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from colorweb.prepared import Number, Prepared, number
from jobs.models import Job, Photo, Rendition, State
from jobs.queue import usage

RETRY_AFTER = 30
"""Seconds after which it is worth asking again while the queue shortens."""
OWNER_SHARE = 10
"""No owner may fill more of the queue than one in so many of `QUEUE_MAX_WAITING`."""
UNCONFIRMED = 3
"""What unconfirmed accounts of one network have together, in times of what its guests have."""


class Use(TypedDict):
    """Of one quota: what is used, and what there is."""

    used: int
    limit: int


class Storage(NamedTuple):
    """Bytes that somebody's photos take, with everything made from them, and may take."""

    used: int
    limit: int

    @property
    def nearly_full(self) -> int:
        """From so many bytes on it is worth saying."""
        return self.limit * 3 // 4


def storage(visitor: Visitor) -> Storage:
    """What the visitor's photos take, and files made for the visitor of others' photos; those in
    the trash count until they are gone.

    A sum over an index that holds all it needs, not a counter that could go wrong: some
    milliseconds for a hundred thousand photos. Guests share what their address may take.
    """
    used = _bytes_of_photos(visitor) + _bytes_of_others.number(owner=visitor.queue_owner)
    return Storage(used, _limit(visitor, settings.STORED_BYTES))


def bytes_of_guest(visitor: Visitor) -> int | None:
    """What this guest's own photos take; None for accounts, whose storage is theirs alone."""
    if visitor.user:
        return None
    mine = Photo.objects.filter(owner=None, guest=visitor.guest)
    return int(mine.aggregate(bytes=Sum("stored_bytes", default=0))["bytes"])


def use(visitor: Visitor) -> dict[str, Use]:
    """The visitor's quotas: photos within 24 hours, photos waiting now, and bytes kept."""
    stored = storage(visitor)
    return {
        "photos_a_day": {
            "used": usage.of_a_day(visitor.queue_owner),
            "limit": _limit(visitor, settings.PHOTOS_A_DAY),
        },
        "photos_waiting": {"used": _waiting(visitor), "limit": _waiting_limit(visitor)},
        "bytes_stored": {"used": stored.used, "limit": stored.limit},
    }


def check(visitor: Visitor, size: int = 0, photos: int = 1) -> None:
    """Raise DomainError unless the visitor may queue so many photos of `size` bytes together."""
    free_space.check(size, guest=visitor.user is None)
    _check_queue(visitor, photos)
    day = _limit(visitor, settings.PHOTOS_A_DAY)
    if (used := usage.of_a_day(visitor.queue_owner)) + photos > day:
        wait = usage.seconds_until_free(visitor.queue_owner, used + photos - 1 - day)
        raise DomainError("quota_exceeded", retry_after=wait, limit=day)
    check_storage(visitor, size)


def check_storage(visitor: Visitor, size: int = 0) -> None:
    """Raise DomainError unless the visitor may store so many bytes more."""
    stored = storage(visitor)
    if stored.used + size > stored.limit:
        raise DomainError(
            "storage_full",
            used=filesizeformat(stored.used),
            limit=filesizeformat(stored.limit),
        )


def _check_queue(visitor: Visitor, photos: int) -> None:
    """A queue that is half full takes one photo at a time of each owner, so that a newcomer's
    first photo finds a place however many others send."""
    all_waiting = _all_waiting.number()
    most = settings.QUEUE_MAX_WAITING
    if all_waiting + photos > most:
        raise DomainError("queue_full", retry_after=RETRY_AFTER)
    waiting, limit = _waiting(visitor), _waiting_limit(visitor)
    if waiting + photos > limit:
        raise DomainError("too_many_waiting", retry_after=RETRY_AFTER, limit=limit)
    if waiting + photos > 1 and all_waiting + photos > most / 2:
        raise DomainError("queue_full.half", retry_after=RETRY_AFTER)


def _waiting(visitor: Visitor) -> int:
    return _waiting_of.number(owner=visitor.queue_owner)


def _waiting_limit(visitor: Visitor) -> int:
    share = max(1, settings.QUEUE_MAX_WAITING // OWNER_SHARE)
    return min(share, _limit(visitor, settings.PHOTOS_WAITING))


def _bytes_of_photos(visitor: Visitor) -> int:
    """Of all photos whose bytes count together with the visitor's."""
    user = visitor.user
    if user is None:
        return _bytes_of_guests.number(owner=visitor.queue_owner)
    if user.is_confirmed:
        return _bytes_of_account.number(owner=user.pk)
    return _bytes_of_unconfirmed.number(network=user.network)


def _limit(visitor: Visitor, limits: dict[str, int]) -> int:
    if visitor.user is None:
        return limits["guest"]
    if visitor.user.is_confirmed:
        return limits["account"]
    return min(UNCONFIRMED * limits["guest"], limits["account"])


def _bytes(photos: QuerySet[Photo]) -> Number:
    return number("SUM", photos, "stored_bytes")


def _guests_photos(owner: str) -> QuerySet[Photo]:
    jobs = Job.objects.filter(queue_owner=owner)
    return Photo.objects.filter(owner=None, pk__in=jobs.values("photo"))


def _unconfirmed_photos(network: str) -> QuerySet[Photo]:
    return Photo.objects.filter(owner__network=network, owner__is_staff=False)


_bytes_of_guests = Prepared(lambda owner: _bytes(_guests_photos(owner)), owner=str)
_bytes_of_account = Prepared(lambda owner: _bytes(Photo.objects.filter(owner=owner)), owner=int)
_bytes_of_unconfirmed = Prepared(lambda network: _bytes(_unconfirmed_photos(network)), network=str)
_bytes_of_others = Prepared(
    lambda owner: number("SUM", Rendition.objects.filter(counted_to=owner), "bytes"), owner=str
)
_all_waiting = Prepared(lambda: number("COUNT", Job.objects.filter(state=State.QUEUED)))
_waiting_of = Prepared(
    lambda owner: number("COUNT", Job.objects.filter(queue_owner=owner, state=State.QUEUED)),
    owner=str,
)
