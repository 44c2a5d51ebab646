"""Albums on the pages: made of chosen photos, put in order, captioned, and seen by one link."""

import pytest
from django.test import Client

from colorweb.accounts.visitors import Visitor
from jobs.models import Album, ShareLink
from jobs.sharing import albums
from tests.jobs import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def photos(ada):
    return [make.photo_of(ada, f"{name}.jpg") for name in "abc"]


@pytest.fixture
def album(browser, photos) -> Album:
    browser.post("/albums/new/", {"title": " Riga ", "photo": [photo.pk for photo in photos]})
    return Album.objects.get()


def order(album: Album) -> list[str]:
    places = album.places.order_by("position").select_related("photo")
    return [place.photo.name for place in places]


def test_an_album_is_made_of_chosen_photos_and_takes_more(browser, ada, album):
    assert (album.title, order(album)) == ("Riga", ["a.jpg", "b.jpg", "c.jpg"])
    new, foreign = make.photo_of(ada, "d.jpg"), make.photo()
    sent = {"album": album.pk, "photo": [album.photos.first().pk, new.pk, foreign.pk]}
    page = browser.post("/albums/add/", sent, follow=True).content.decode()
    assert order(album) == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert "1 photo is new in the album." in page
    assert "Riga" in browser.get("/albums/").content.decode()


def test_photos_move_leave_and_stay_among_ones_own(browser, photos, album):
    a, b, c = photos
    browser.post(f"/albums/{album.pk}/earlier/", {"photo": [b.pk, c.pk]})
    assert order(album) == ["b.jpg", "c.jpg", "a.jpg"]
    browser.post(f"/albums/{album.pk}/later/", {"photo": [b.pk]})
    assert order(album) == ["c.jpg", "b.jpg", "a.jpg"]
    browser.post(f"/albums/{album.pk}/remove/", {"photo": [a.pk]})
    assert order(album) == ["c.jpg", "b.jpg"]
    browser.post(f"/albums/{album.pk}/delete/")
    assert not Album.objects.exists()
    assert "a.jpg" in browser.get("/history/").content.decode()


def test_photos_are_placed_before_or_after_another(browser, photos, album):
    a, b, c = photos
    browser.post(f"/albums/{album.pk}/place/", {"photo": [a.pk, b.pk], "beside": c.pk, "after": ""})
    assert order(album) == ["c.jpg", "a.jpg", "b.jpg"]
    browser.post(f"/albums/{album.pk}/place/", {"photo": [b.pk], "beside": c.pk})
    assert order(album) == ["b.jpg", "c.jpg", "a.jpg"]
    assert Album.objects.get().sort == Album.Sort.HAND
    for beside in (make.photo().pk, ""):
        browser.post(f"/albums/{album.pk}/place/", {"photo": [a.pk], "beside": beside})
    assert order(album) == ["b.jpg", "c.jpg", "a.jpg"]


def test_all_photos_are_captioned_on_one_page(browser, photos, album):
    a, b, _c = photos
    words = {f"{a.pk}-title": "The harvest", f"{a.pk}-taken": "1931", f"{a.pk}-people": "Anna, Ida"}
    wrong = words | {f"{b.pk}-taken": "last year"}
    assert browser.post(f"/albums/{album.pk}/captions/", wrong).status_code == 400
    browser.post(f"/albums/{album.pk}/captions/", words)
    a.refresh_from_db()
    assert (a.title, a.taken, a.people) == ("The harvest", "1931", ["Anna", "Ida"])


def test_an_albums_link_shows_its_pictures_and_slides_and_nothing_else(browser, ada, photos, album):
    browser.post(f"/albums/{album.pk}/share/make/", {"days": "7", "password": ""})
    link = ShareLink.objects.get()
    other = make.photo_of(ada, "private.jpg", title="Not for them")
    friend = Client()
    assert friend.get(f"/s/{link.token}/slides/").status_code == 302  # the album's page lets in
    page = friend.get(f"/s/{link.token}/")
    assert page["X-Robots-Tag"] == "noindex"
    slides = friend.get(f"/s/{link.token}/slides/")
    for shown in (page.content.decode(), slides.content.decode()):
        assert [str(photo.version_id) in shown for photo in photos] == [True] * 3
        assert str(other.version_id) not in shown
    browser.post(f"/albums/{album.pk}/share/{link.pk}/revoke/")
    assert friend.get(f"/s/{link.token}/slides/").status_code == 404


def test_what_a_giver_adds_waits_for_the_owner(browser, ada, album):
    new = make.photo_of(ada, "given.jpg")
    visitor = Visitor(user=ada, guest="", address="")
    assert albums.add(album, visitor, [new.pk], giver="Aunt Ida") == 1
    page = browser.get(f"/albums/{album.pk}/").content.decode()
    assert "from Aunt Ida" in page
    browser.post(f"/albums/{album.pk}/accept/", {"photo": [new.pk]})
    assert album.places.get(photo=new).accepted
