"""What a link allows beyond looking: the photos before, downloads, adding to an album."""

import pytest
from django.test import Client
from django.urls import reverse

from colorweb.testing import pictures
from jobs.models import AlbumPhoto, Photo
from jobs.sharing import albums, links
from tests.jobs import make
from tests.jobs.access import photo_in

pytestmark = pytest.mark.django_db

BEFORE = ("gray_preview", "gray_card", "original_preview")
FULL_SIZE = ("result",)


@pytest.fixture
def job(ada):
    return photo_in("private", ada)


def opened(link) -> tuple[Client, str]:
    friend = Client()
    return friend, friend.get(f"/s/{link.token}/").content.decode()


def seen(client: Client, job, kinds) -> set[int]:
    return {client.get(reverse("file", args=[job.pk, kind])).status_code for kind in kinds}


def test_a_link_in_color_only_shows_no_photo_before(job):
    friend, page = opened(links.make(job.photo, originals=False))
    assert f"/files/{job.pk}/gray" not in page
    assert seen(friend, job, BEFORE) == {404}
    assert seen(friend, job, ("gray",)) == {404}
    assert seen(friend, job, ("preview", "card", *FULL_SIZE)) == {200}


def test_a_link_without_downloads_gives_no_full_size_file(job):
    friend, page = opened(links.make(job.photo, downloads=False))
    assert f"/files/{job.pk}/result" not in page
    assert f"/jobs/{job.pk}/download/" not in page
    assert seen(friend, job, FULL_SIZE) == {404}
    assert seen(friend, job, ("preview", *BEFORE)) == {200}
    asked = friend.get(reverse("job-download", args=[job.pk]) + "?format=jpeg")
    assert asked.status_code == 403
    result = friend.get(reverse("api-photo-result", args=[job.photo_id]) + "?format=png")
    assert result.status_code == 403


def test_of_two_links_the_more_generous_counts(job):
    friend, _page = opened(links.make(job.photo, downloads=False))
    assert seen(friend, job, FULL_SIZE) == {404}
    friend.get(f"/s/{links.make(job.photo).token}/")
    assert seen(friend, job, FULL_SIZE) == {200}


def test_a_link_says_from_whom_it_is(job):
    link = links.make(job.photo, sender="Anna", message="Look!", password="jam")
    _friend, page = opened(link)
    assert "From Anna" in page
    assert "Look!" not in page  # before the password
    page = Client().post(f"/s/{link.token}/", {"password": "jam"}).content.decode()
    assert "Look!" in page


def test_relatives_add_photos_that_wait_for_the_owner(ada, job):
    album = albums.make(make.sender(job), title="Riga")
    albums.add(album, make.sender(job), [job.photo_id])
    closed, link = links.make(album), links.make(album, contributions=True)
    sent = {"giver": "Aunt Ida", "image": pictures.upload("ida.jpg")}
    friend, _page = opened(closed)
    assert friend.post(f"/s/{closed.token}/add/", sent).status_code == 404
    friend, page = opened(link)
    assert "Add photos…" in page
    sent["image"] = pictures.upload("ida.jpg")
    page = friend.post(f"/s/{link.token}/add/", sent, follow=True).content.decode()
    assert "1 photo is sent" in page
    given = Photo.objects.get(name="ida.jpg")
    assert (given.owner, given.visibility) == (ada, "private")
    place = AlbumPhoto.objects.get(photo=given)
    assert (place.giver, place.accepted) == ("Aunt Ida", False)
    assert str(given.newest_id) not in friend.get(f"/s/{link.token}/").content.decode()
