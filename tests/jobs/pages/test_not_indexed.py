"""Search engines keep public pages alone: what is one's own and what a link opens says so."""

import pytest
from django.test import Client

from jobs.models import Album, Photo
from jobs.photos import visibility
from jobs.sharing import links
from tests.jobs import make

pytestmark = pytest.mark.django_db

NOT_INDEXED = b'<meta name="robots" content="noindex">'


def test_pages_of_ones_own_are_not_indexed(browser, ada):
    photo = make.photo_of(ada)
    job, album = photo.version_id, Album.objects.create(owner=ada, title="Riga").pk
    own = ("/history/", "/albums/", "/trash/", "/account/", f"/jobs/{job}/", f"/jobs/{job}/share/")
    of_album = (f"/albums/{album}/{part}" for part in ("", "captions/", "slides/", "share/"))
    for path in (*own, *of_album):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert NOT_INDEXED in page.content, path


def test_a_photo_is_indexed_while_it_is_public(browser, ada):
    photo = make.photo_of(ada)
    for seen in Photo.Visibility:
        visibility.change(photo, seen)
        page = browser.get(f"/photos/{photo.pk}/", follow=True)
        assert (NOT_INDEXED in page.content) == (seen != "public"), seen


@pytest.mark.parametrize("password", ["", "plum jam"])
def test_what_a_link_opens_is_not_indexed(ada, password):
    photo = make.photo_of(ada)
    for thing in (photo, Album.objects.create(owner=ada, title="Riga")):
        link = links.make(thing, password=password)
        for answer in (Client().get(f"/s/{link.token}/"), Client().get("/s/ended/")):
            assert answer["X-Robots-Tag"] == "noindex"
            assert NOT_INDEXED in answer.content
