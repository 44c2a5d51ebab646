"""Share links to photos and albums: made and revoked by the owner, opened by anyone who has one.

A browser that was let in carries a grant in a signed cookie, and `jobs.storage.access` checks it
for every page and file: addresses stay the same for everybody, and an expired or revoked link
closes at once, for files too. A grant in the path would need a second address for each file.
"""

from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db.models import QuerySet

from colorweb import clock
from colorweb.accounts.visitors import SHARED, Visitor
from colorweb.api.rates import Rate, refusal
from colorweb.errors import DomainError
from jobs.models import Album, Photo, ShareLink

MAX_LINKS = 50
"""Links of one photo or album that may be alive."""
MAX_GRANTS = 20
"""Links that one browser carries; the oldest is dropped."""


def make(
    shared: Photo | Album,
    *,
    lasts: timedelta | None = None,
    password: str = "",
    **more: str | bool,
) -> ShareLink:
    """A new link to a photo in color, or to an album; `lasts` None: until it is revoked.

    `more` are `sender`, `message`, and what it allows: `originals`, `downloads`, `contributions`.
    Raises DomainError if there is no result, or there are too many links already.
    """
    colored = Photo.objects.filter(pk=shared.pk, version__isnull=False)
    if isinstance(shared, Photo) and not colored.exists():
        raise DomainError("no_result")
    if of(shared).count() >= MAX_LINKS:
        raise DomainError("too_many_links", limit=MAX_LINKS)
    return ShareLink.objects.create(
        **_to(shared),
        password=make_password(password) if password else "",
        expires_at=clock.now() + lasts if lasts else None,
        **more,
    )


def of(shared: Photo | Album) -> QuerySet[ShareLink]:
    """The links to a photo or an album that are alive."""
    return ShareLink.objects.alive().filter(**_to(shared))


def revoke(shared: Photo | Album, link_id: int) -> bool:
    """End a link, at once and for everybody; whether there was one."""
    return bool(ShareLink.objects.filter(pk=link_id, **_to(shared)).delete()[0])


def _to(shared: Photo | Album) -> dict[str, Photo | Album]:
    return {"album" if isinstance(shared, Album) else "photo": shared}


def sweep() -> int:
    """Delete expired links; how many."""
    return ShareLink.objects.filter(expires_at__lt=clock.before(timedelta())).delete()[0]


def lets_in(link: ShareLink, password: str) -> bool:
    """Whether this is the link's password.

    Raises DomainError once all visitors together have sent too many wrong ones for it.
    """
    if not link.password:
        return True
    guesses = Rate("link", str(link.pk))
    if guesses.is_used_up():
        raise refusal(guesses)
    if check_password(password, link.password):
        return True
    guesses.count()
    return False


def cookie(visitor: Visitor, link: ShareLink) -> str:
    """The cookie with which the visitor comes back as one whom this link has let in."""
    others = [grant for grant in visitor.grants if not grant.startswith(f"{link.token}:")]
    return signing.dumps([link.grant, *others][:MAX_GRANTS], salt=SHARED)
