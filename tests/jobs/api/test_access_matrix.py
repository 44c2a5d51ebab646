"""Every page and file of a photo against everybody who might ask, for a photo in every state.

A new address of the site fails the last test here until it has a row, or is named as one that shows
nobody's photo.
"""

import pytest

from jobs import urls
from jobs.api import urls as api_urls
from jobs.models import Photo
from tests.jobs import make
from tests.jobs.access import (
    AREAS,
    BY_LINK,
    BY_PHOTO,
    LISTERS,
    OF_MANY,
    OF_NO_PHOTO,
    OWN,
    REFUSED,
    SAFE,
    SEE,
    TABLE,
    address_of,
    photo_in,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "row",
    TABLE,
    ids=[" ".join(filter(None, (method, name, what))) for method, name, what, _ in TABLE],
)
def test_allowed_is_exactly_who_may(row, owner, clients):
    method, name, what, allowed = row
    let_in: dict[str, set[str]] = {}
    for state in SEE:
        let_in[state] = set()
        address = ""
        for who, client in clients.items():
            if not address or method != SAFE:  # what one changes, the next must find unchanged
                job = photo_in(state, owner)
                address = address_of(name, what, job)
            # A stream of what has ended says so at once to those who have seen its end.
            answer = client.generic(method, address, headers={"Last-Event-ID": str(job.sequence)})
            assert answer.status_code < 500
            if answer.status_code not in REFUSED:
                let_in[state].add(who)
    assert let_in == allowed


@pytest.mark.parametrize("state", SEE)
def test_a_version_that_is_not_in_use_is_the_owners(state, owner, clients):
    job = photo_in(state, owner)
    Photo.objects.filter(pk=job.photo_id).update(version=make.job(photo=job.photo))
    for method, name, what, allowed in TABLE:
        if method == SAFE and allowed is SEE and name not in BY_PHOTO:
            address = address_of(name, what, job)
            let_in = {
                who
                for who, client in clients.items()
                if client.get(address, headers={"Last-Event-ID": str(job.sequence)}).status_code
                not in REFUSED
            }
            assert let_in == OWN[state], address


def test_every_address_is_in_the_table():
    known = {name for _, name, _, _ in TABLE} | OF_NO_PHOTO | set(LISTERS) | OF_MANY | BY_LINK
    names = {str(pattern.name) for pattern in (*urls.urlpatterns, *api_urls.urlpatterns)}
    assert {name for name in names if not name.startswith(AREAS)} == known
