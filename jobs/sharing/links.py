"""Share links: made and revoked by a result's owner, opened by anyone who has one.

A browser that was let in carries a grant in a signed cookie, and `jobs.storage.access` checks it
for every page and file: addresses stay the same for everybody, and an expired or revoked link
closes at once, for files too. A grant in the path would need a second address for each file.
"""

from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db.models import QuerySet
from django.utils import timezone

from colorweb.accounts.visitors import SHARED, Visitor
from colorweb.api.rates import Rate, refusal
from jobs.models import Job, Photo, ShareLink, State

MAX_LINKS = 50
"""Links of one photo that may be alive."""
MAX_GRANTS = 20
"""Links that one browser carries; the oldest is dropped."""


def make(job: Job, *, lasts: timedelta | None = None, password: str = "") -> ShareLink:
    """A new link to a succeeded job's result; `lasts` None: until it is revoked.

    Raises ValueError if there is no result, or there are too many links already.
    """
    if job.state != State.SUCCEEDED:
        raise ValueError("Only a finished photo can be shared.")
    if of(job.photo).count() >= MAX_LINKS:
        raise ValueError("There are too many links to this photo.")
    return ShareLink.objects.create(
        job=job,
        password=make_password(password) if password else "",
        expires_at=timezone.now() + lasts if lasts else None,
    )


def of(photo: Photo) -> QuerySet[ShareLink]:
    """A photo's links that are alive."""
    return ShareLink.objects.alive().filter(job__photo=photo)


def revoke(photo: Photo, link_id: int) -> None:
    """End a link to a photo, at once and for everybody."""
    ShareLink.objects.filter(pk=link_id, job__photo=photo).delete()


def sweep() -> int:
    """Delete expired links; how many."""
    return ShareLink.objects.filter(expires_at__lt=timezone.now()).delete()[0]


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
    others = [grant for grant in visitor.grants if grant != link.grant]
    return signing.dumps([link.grant, *others][:MAX_GRANTS], salt=SHARED)
