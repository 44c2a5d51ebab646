"""Who sees what of a photo that is not public: links that end, are revoked, ask for a password."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.settings import api_settings

from colorweb.accounts.models import User
from colorweb.testing import pictures
from jobs.models import Job, ShareLink, State
from jobs.queue import claims, states
from jobs.sharing import guests, links
from jobs.storage import files

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = ("result", "preview", "gray_preview")


@pytest.fixture
def job(client) -> Job:
    """A finished photo of this client's."""
    client.post("/api/v1/jobs/", {"image": pictures.upload()})
    claims.claim("test")
    job = Job.objects.get()
    for kind in ("result", "preview"):
        with files.new_file(job.file(kind)) as file:
            file.write(pictures.encoded())
    states.change(job.pk, State.SUCCEEDED, fence=1, result=job.file("result"))
    job.refresh_from_db()
    return job


def unlist(client: Client, job: Job) -> None:
    """Its owner opens it to those who know its address, as only programs can."""
    answer = client.patch(
        f"/api/v1/photos/{job.photo_id}/", {"visibility": "unlisted"}, "application/json"
    )
    assert answer.status_code == 200, answer.content


def seen(who: Client, job: Job) -> list[int]:
    """The statuses of the job's files for somebody."""
    return [who.get(f"/files/{job.pk}/{kind}").status_code for kind in KINDS]


def opened(link: ShareLink, **form: str) -> tuple[Client, Any]:
    """Somebody new who has followed a link, and what was answered."""
    stranger = Client()
    address = f"/s/{link.token}/"
    return stranger, stranger.post(address, form) if form else stranger.get(address)


def test_a_link_shows_page_and_files_to_those_who_have_it_only(job):
    stranger, page = opened(links.make(job.photo))
    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex"
    assert seen(stranger, job) == [200, 200, 200]
    assert seen(Client(), job) == [404, 404, 404]


def test_a_link_shows_the_version_in_use_and_no_other_of_its_photo(job, client):
    client.post(f"/jobs/{job.pk}/again/", {"network_size": "128"})
    other = Job.objects.exclude(pk=job.pk).get()
    stranger, _ = opened(links.make(job.photo))
    assert stranger.get(f"/files/{other.pk}/gray_preview").status_code == 404


@pytest.mark.parametrize("end", ["expire", "revoke"])
def test_what_has_ended_closes_files_that_were_open(job, client, end):
    link = links.make(job.photo, lasts=timedelta(days=1))
    stranger, _ = opened(link)
    if end == "expire":
        ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        client.post(f"/jobs/{job.pk}/share/{link.pk}/revoke/")
    assert stranger.get(f"/s/{link.token}/").status_code == 404
    assert stranger.get(f"/s/{link.token}/picture").status_code == 404
    assert seen(stranger, job) == [404, 404, 404]


def test_a_password_guards_page_picture_and_files(job):
    link = links.make(job.photo, password="harvest 1895")
    stranger, page = opened(link)
    assert b"harvest" not in page.content
    assert b"og:image" not in page.content
    assert stranger.get(f"/s/{link.token}/picture").status_code == 404
    assert seen(stranger, job) == [404, 404, 404]
    wrong, page = opened(link, password="Harvest 1895")
    assert (page.status_code, seen(wrong, job)) == (403, [404, 404, 404])
    right, page = opened(link, password="harvest 1895")
    assert (page.status_code, seen(right, job)) == (200, [200, 200, 200])
    assert right.get(f"/s/{link.token}/").status_code == 200  # and is not asked again


def test_a_new_password_makes_old_grants_worthless(job):
    link = links.make(job.photo, password="one")
    stranger, _ = opened(link, password="one")
    ShareLink.objects.update(password=links.make(job.photo, password="two").password)
    assert seen(stranger, job) == [404, 404, 404]


def test_passwords_cannot_be_tried_for_ever(job):
    link = links.make(job.photo, password="right")
    found = [opened(link, password="wrong")[1].status_code for _ in range(12)]
    assert found[0] == 403
    assert found[-1] == 429
    assert opened(link, password="right")[1].status_code == 429


def test_a_forged_cookie_opens_nothing(job):
    link = links.make(job.photo)
    forger = Client()
    forger.cookies["shared"] = f'["{link.grant}"]'
    assert seen(forger, job) == [404, 404, 404]


def test_what_lies_in_the_trash_or_is_hidden_is_not_shared(job):
    link = links.make(job.photo)
    stranger, _ = opened(link)
    type(job.photo).objects.update(hidden_for="illegal")
    assert stranger.get(f"/s/{link.token}/").status_code == 404
    assert seen(stranger, job) == [404, 404, 404]
    type(job.photo).objects.update(hidden_for="", trashed_at=timezone.now())
    assert stranger.get(f"/s/{link.token}/").status_code == 404
    assert seen(stranger, job) == [404, 404, 404]


def test_only_the_owner_makes_sees_and_revokes_links(job, client):
    client.post(f"/jobs/{job.pk}/share/make/", {"days": "7", "password": ""})
    link = ShareLink.objects.get()
    assert link.expires_at is not None
    assert f"/s/{link.token}/" in client.get(f"/jobs/{job.pk}/share/").content.decode()
    for who in (Client(), opened(link)[0]):
        assert who.get(f"/jobs/{job.pk}/share/").status_code == 404
        assert who.post(f"/jobs/{job.pk}/share/make/", {"days": "0"}).status_code == 404
        assert who.post(f"/jobs/{job.pk}/share/{link.pk}/revoke/").status_code == 404
    assert ShareLink.objects.get() == link


def test_unlisted_is_seen_by_its_address_and_found_nowhere(job, client):
    unlist(client, job)
    stranger = Client()
    page = stranger.get(f"/photos/{job.photo_id}/")
    assert page.status_code == 200
    assert b'<meta name="robots" content="noindex">' in page.content
    assert seen(stranger, job) == [200, 200, 200]
    assert str(job.photo_id) not in stranger.get("/gallery/").content.decode()
    assert stranger.get("/api/v1/gallery/").json()["results"] == []


def test_the_address_of_an_unlisted_photo_is_one_of_its_links_until_it_is_revoked(job, client):
    share = f"/jobs/{job.pk}/share/"
    address = f'value="http://testserver/photos/{job.photo_id}/"'
    assert address not in client.get(share).content.decode()
    unlist(client, job)
    stranger = Client()
    assert address in client.get(share).content.decode()
    revoked = client.post(f"/jobs/{job.pk}/unpublish/", follow=True)
    assert revoked.redirect_chain == [(share, 302)]
    assert address not in revoked.content.decode()
    assert stranger.get(f"/photos/{job.photo_id}/").status_code == 404
    assert seen(stranger, job) == [404, 404, 404]


def test_an_upload_may_wish_to_be_unlisted(client):
    photo = pictures.upload()
    client.post("/api/v1/jobs/", {"image": photo, "visibility": "unlisted"})
    assert Job.objects.get().photo.visibility == "unlisted"
    assert Client().get(f"/photos/{Job.objects.get().photo_id}/").status_code == 404


@pytest.mark.parametrize("way", ["public", "unlisted", "link"])
def test_messengers_find_a_picture_without_cookies(job, client, way):
    link = links.make(job.photo)
    if way == "unlisted":
        unlist(client, job)
    elif way == "public":
        client.post(f"/jobs/{job.pk}/publish/")
    address = f"/s/{link.token}/" if way == "link" else f"/photos/{job.photo_id}/"
    page = Client().get(address).content.decode()
    [picture] = [line for line in page.splitlines() if '"og:image"' in line]
    picture = picture.partition('content="')[2].partition('"')[0]
    assert picture.startswith("http://testserver/")
    answer = Client().get(picture.removeprefix("http://testserver"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert 'name="twitter:card" content="summary_large_image"' in page


def test_links_whose_time_is_over_are_forgotten(job):
    links.make(job.photo)
    links.make(job.photo, lasts=timedelta(hours=-1))
    assert links.sweep() == 1
    assert ShareLink.objects.get().expires_at is None


def test_guests_read_that_links_and_publication_end_with_the_photo(job, client):
    words = "we delete the photo 24 hours after you send it, from the gallery too"
    pages = (f"/jobs/{job.pk}/share/", f"/jobs/{job.pk}/", "/history/")
    assert all(words in client.get(page).content.decode() for page in pages)
    guests.claim_guest_data(job.photo.guest, user := User.objects.create_user("ada@example.org"))
    client.force_login(user)
    assert not any(words in client.get(page).content.decode() for page in pages)


def test_a_link_has_a_number_of_wrong_passwords_from_all_addresses(job, monkeypatch):
    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "link", "3/day")
    link = links.make(job.photo, password="right")
    address = f"/s/{link.token}/"

    def guess(number: int, password: str) -> int:
        visitor = Client(REMOTE_ADDR=f"203.0.113.{number}")
        return visitor.post(address, {"password": password}).status_code

    assert guess(1, "right") == 200
    assert [guess(number, "wrong") for number in range(2, 6)] == [403, 403, 403, 429]
    assert guess(9, "right") == 429
    other = links.make(job.photo, password="right")
    assert Client().post(f"/s/{other.token}/", {"password": "right"}).status_code == 200
