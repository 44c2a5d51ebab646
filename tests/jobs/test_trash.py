"""What the trash promises: seen by its owner alone, brought back whole, gone without a trace."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone

from colorweb.accounts.models import User
from jobs import export, queue, states, trash
from jobs.models import Job, Photo, State
from tests import pictures
from tests.jobs import make
from tests.jobs.test_live import socket
from tests.jobs.test_people import finish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user() -> User:
    return User.objects.create_user("ada@example.org")


@pytest.fixture
def client(user) -> Client:
    """A browser in which Ada is logged in."""
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, name: str = "old.jpg") -> Job:
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload(name)})
    return Job.objects.select_related("photo").get(pk=answer.json()["id"])


def published(client: Client) -> Job:
    job = send(client)
    finish(job)
    client.post(f"/jobs/{job.pk}/publish/", {"title": "Harvest"})
    return Job.objects.get(pk=job.pk)


def in_trash(client: Client) -> list[str]:
    return [photo["name"] for photo in client.get("/trash/").context["photos"]]


def age(photo: Photo, days: float) -> None:
    since = timezone.now() - timedelta(days=days)
    Photo.objects.filter(pk=photo.pk).update(trashed_at=since)


def test_what_an_account_deletes_lies_in_its_trash(client):
    job = send(client)
    page = client.post(f"/jobs/{job.pk}/delete/", follow=True)
    assert 'is in <a href="/trash/">the trash</a>' in page.content.decode()
    assert in_trash(client) == ["old.jpg"]


def test_a_photo_in_the_trash_is_nowhere_else(client):
    job = published(client)
    addresses = [
        f"/jobs/{job.pk}/",
        f"/api/v1/jobs/{job.pk}/",
        f"/api/v1/jobs/{job.pk}/result/",
        f"/api/v1/jobs/{job.pk}/events/",
        *(f"/files/{job.pk}/{kind}" for kind in ("result", "grey_card", "grey_preview")),
    ]
    trash.put([job.photo])
    for visitor in (client, Client()):
        assert {visitor.get(address).status_code for address in addresses} == {404}
        assert visitor.get("/api/v1/gallery/").json()["results"] == []
        assert "Harvest" not in visitor.get("/gallery/").content.decode()
    assert client.get("/api/v1/jobs/").json()["results"] == []
    assert client.get("/").context["jobs"] == []
    for act in ("publish", "unpublish", "retry", "cancel"):
        assert client.post(f"/jobs/{job.pk}/{act}/").status_code == 404


async def test_the_sockets_do_not_tell_of_it(async_client):
    user = await sync_to_async(User.objects.create_user)("bob@example.org")
    await async_client.aforce_login(user)
    session = async_client.cookies["sessionid"].value

    def make_job() -> Job:
        job = make.job(photo=make.photo(guest="", owner=user))
        trash.put([job.photo])
        return job

    job = await sync_to_async(make_job)()
    assert await socket(f"/ws/jobs/{job.pk}/", session=session).connect() == (False, 4404)
    page = socket("/ws/me/", session=session)
    await page.connect()
    assert (await page.receive_json_from(10))["jobs"] == []
    await page.disconnect()


def test_restoring_brings_back_what_was_there(client):
    job = published(client)
    trash.put([job.photo])
    client.post("/trash/restore/", {"photo": str(job.photo_id)})
    assert in_trash(client) == []
    assert client.get(f"/jobs/{job.pk}/").status_code == 200
    assert "Harvest" in Client().get("/gallery/").content.decode()


def test_what_waits_or_runs_is_cancelled(client):
    running, waiting = send(client, "a.jpg"), send(client, "b.jpg")
    queue.claim("test")
    trash.put([running.photo, waiting.photo])
    assert Job.objects.get(pk=waiting.pk).state == State.CANCELED
    assert Job.objects.get(pk=running.pk).cancel_requested
    with pytest.raises(states.Refused):
        states.advance(running.pk, "saving", fence=1)


def test_only_the_owner_sees_and_changes_a_trash(client, settings):
    job = published(client)
    trash.put([job.photo])
    stranger = Client()
    stranger.force_login(User.objects.create_user("eve@example.org"))
    assert in_trash(stranger) == []
    for act in ("restore", "delete"):
        stranger.post(f"/trash/{act}/", {"photo": [str(job.photo_id), "nonsense"]})
    stranger.post("/trash/empty/")
    assert in_trash(client) == ["Harvest"]
    assert stranger.get(f"/trash/{job.photo_id}/picture").status_code == 404
    assert Client().get("/trash/")["Location"] == "/account/login/?next=/trash/"
    assert Client().get(f"/trash/{job.photo_id}/picture").status_code == 404


def test_a_photo_in_the_trash_shows_its_picture(client):
    job = send(client)
    trash.put([job.photo])
    picture = client.get(f"/trash/{job.photo_id}/picture")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")


def test_deleted_for_good_rows_and_files_go_together(client, settings):
    jobs = [send(client, name) for name in ("a.jpg", "b.jpg", "c.jpg")]
    trash.put(job.photo for job in jobs)
    client.post("/trash/delete/", {"photo": str(jobs[0].photo_id)})
    assert sorted(in_trash(client)) == ["b.jpg", "c.jpg"]
    assert not (settings.MEDIA_ROOT / jobs[0].photo.folder).exists()
    client.post("/trash/empty/")
    assert not Photo.objects.exists()
    assert not Job.objects.exists()
    assert not any((settings.MEDIA_ROOT / job.photo.folder).exists() for job in jobs)


def test_what_has_lain_its_time_goes(client, settings):
    settings.TRASH_RETENTION = timedelta(days=7)
    old, young, kept = send(client, "old.jpg"), send(client, "young.jpg"), send(client, "kept.jpg")
    trash.put([old.photo, young.photo])
    age(old.photo, 7.1)
    age(young.photo, 6.9)
    assert trash.expire() == 1
    assert set(Photo.objects.values_list("name", flat=True)) == {"young.jpg", "kept.jpg"}
    assert not (settings.MEDIA_ROOT / old.photo.folder).exists()
    assert (settings.MEDIA_ROOT / kept.photo.folder).exists()


def test_what_a_guest_deletes_is_gone_at_once(settings):
    guest = Client()
    job = send(guest)
    guest.post(f"/jobs/{job.pk}/delete/")
    assert not Photo.objects.exists()
    assert not (settings.MEDIA_ROOT / job.photo.folder).exists()


def test_the_api_deletes_into_the_trash_or_for_good(client):
    first, second = send(client, "a.jpg"), send(client, "b.jpg")
    assert client.delete(f"/api/v1/jobs/{first.pk}/").status_code == 204
    assert client.delete(f"/api/v1/jobs/{second.pk}/?for_good=true").status_code == 204
    assert client.delete(f"/api/v1/jobs/{first.pk}/").status_code == 404
    assert in_trash(client) == ["a.jpg"]
    wrong = client.delete(f"/api/v1/jobs/{send(client).pk}/?for_good=perhaps")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid")


def test_a_photo_sent_again_after_its_deletion_is_a_new_one(client):
    def post() -> str:
        return client.post(
            "/api/v1/jobs/", {"image": pictures.upload()}, headers={"Idempotency-Key": "one"}
        ).json()["id"]

    first = post()
    client.delete(f"/api/v1/jobs/{first}/")
    assert post() != first


def test_the_export_takes_the_trash_along(client, user):
    trash.put([send(client).photo])
    told, _entries = export.collect(user)
    assert told["photos"][0]["trashed_at"]


def test_how_long_photos_lie_in_the_trash_is_said(client, settings):
    settings.TRASH_RETENTION = timedelta(days=14)
    job = send(client)
    finish(job)
    assert "for 14 days" in client.get(f"/jobs/{job.pk}/").content.decode()
    assert "for 14 days" in client.get("/privacy/").content.decode()
    trash.put([job.photo])
    assert "14 days after" in client.get("/trash/").content.decode()
