"""What the trash promises: seen by its owner alone, brought back whole, gone without a trace."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone

from colorweb import leases
from colorweb.accounts.models import User
from colorweb.testing import pictures
from jobs.models import Job, Photo, State
from jobs.photos import export, trash
from jobs.queue import claims, states
from tests.jobs import make
from tests.jobs.document import conforms
from tests.jobs.make import finish
from tests.jobs.sockets import socket

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_what_an_account_deletes_lies_in_its_trash(browser):
    job = send(browser)
    page = browser.post(f"/jobs/{job.pk}/delete/", follow=True)
    assert 'is in <a href="/trash/">the trash</a>' in page.content.decode()
    assert in_trash(browser) == ["old.jpg"]


def test_a_photo_in_the_trash_is_nowhere_else(browser):
    job = published(browser)
    addresses = [
        f"/jobs/{job.pk}/",
        f"/api/v1/jobs/{job.pk}/",
        f"/api/v1/jobs/{job.pk}/result/",
        f"/api/v1/jobs/{job.pk}/events/",
        *(f"/files/{job.pk}/{kind}" for kind in ("result", "gray_card", "gray_preview")),
    ]
    trash.put([job.photo])
    for visitor in (browser, Client()):
        assert {visitor.get(address).status_code for address in addresses} == {404}
        assert visitor.get("/api/v1/gallery/").json()["results"] == []
        assert "Harvest" not in visitor.get("/gallery/").content.decode()
    assert browser.get("/api/v1/jobs/").json()["results"] == []
    assert browser.get("/").context["jobs"] == []
    for act in ("publish", "unpublish", "retry", "cancel"):
        assert browser.post(f"/jobs/{job.pk}/{act}/").status_code == 404


async def test_the_sockets_do_not_announce_it(async_client):
    user = await sync_to_async(User.objects.create_user)("bob@example.org")
    await async_client.aforce_login(user)
    session = async_client.cookies["sessionid"].value

    def make_job() -> Job:
        job = make.job(photo=make.photo(guest="", owner=user))
        trash.put([job.photo])
        return job

    job = await sync_to_async(make_job)()
    assert await socket(f"/ws/jobs/{job.pk}/", session=session).connect(60) == (False, 4404)
    page = socket("/ws/me/", session=session)
    await page.connect(60)
    assert (await page.receive_json_from(60))["jobs"] == []
    await page.disconnect(timeout=60)


def test_restoring_brings_back_what_was_there(browser):
    job = published(browser)
    trash.put([job.photo])
    browser.post("/trash/restore/", {"photo": str(job.photo_id)})
    assert in_trash(browser) == []
    assert browser.get(f"/jobs/{job.pk}/").status_code == 200
    assert "Harvest" in Client().get("/gallery/").content.decode()


def test_what_waits_or_runs_is_canceled(browser):
    running, waiting = send(browser, "a.jpg"), send(browser, "b.jpg")
    claims.claim("test")
    trash.put([running.photo, waiting.photo])
    assert Job.objects.get(pk=waiting.pk).state == State.CANCELED
    assert Job.objects.get(pk=running.pk).cancel_requested
    with pytest.raises(leases.LeaseLost):
        states.advance(running.pk, "saving", fence=1)


def test_only_the_owner_sees_and_changes_a_trash(browser, settings):
    job = published(browser)
    trash.put([job.photo])
    stranger = Client()
    stranger.force_login(User.objects.create_user("eve@example.org"))
    assert in_trash(stranger) == []
    for act in ("restore", "delete"):
        stranger.post(f"/trash/{act}/", {"photo": [str(job.photo_id), "nonsense"]})
    stranger.post("/trash/empty/")
    assert in_trash(browser) == ["Harvest"]
    assert stranger.get(f"/trash/{job.photo_id}/picture").status_code == 404
    assert Client().get("/trash/")["Location"] == "/account/login/?next=/trash/"
    assert Client().get(f"/trash/{job.photo_id}/picture").status_code == 404


def test_a_photo_in_the_trash_shows_its_picture(browser):
    job = send(browser)
    trash.put([job.photo])
    picture = browser.get(f"/trash/{job.photo_id}/picture")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")


def test_deleted_for_good_rows_and_files_go_together(browser, settings):
    jobs = [send(browser, name) for name in ("a.jpg", "b.jpg", "c.jpg")]
    trash.put(job.photo for job in jobs)
    browser.post("/trash/delete/", {"photo": str(jobs[0].photo_id)})
    assert sorted(in_trash(browser)) == ["b.jpg", "c.jpg"]
    assert not (settings.MEDIA_ROOT / jobs[0].photo.folder).exists()
    browser.post("/trash/empty/")
    assert not Photo.objects.exists()
    assert not Job.objects.exists()
    assert not any((settings.MEDIA_ROOT / job.photo.folder).exists() for job in jobs)


def test_what_has_lain_its_time_goes(browser, settings):
    settings.TRASH_RETENTION = timedelta(days=7)
    old, young = send(browser, "old.jpg"), send(browser, "young.jpg")
    kept = send(browser, "kept.jpg")
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


def test_the_api_deletes_into_the_trash_or_for_good(browser):
    first, second = send(browser, "a.jpg"), send(browser, "b.jpg")
    assert browser.delete(f"/api/v1/jobs/{first.pk}/").status_code == 204
    assert browser.delete(f"/api/v1/jobs/{second.pk}/?for_good=true").status_code == 204
    assert browser.delete(f"/api/v1/jobs/{first.pk}/").status_code == 404
    assert in_trash(browser) == ["a.jpg"]
    wrong = browser.delete(f"/api/v1/jobs/{send(browser).pk}/?for_good=perhaps")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid")


def test_the_api_lists_restores_and_deletes_what_lies_in_the_trash(browser, document):
    kept, gone = published(browser), send(browser, "b.jpg")
    trash.put([kept.photo, gone.photo])
    listed = browser.get("/api/v1/trash/").json()
    conforms(listed, "TrashPage", document)
    assert {one["name"] for one in listed["results"]} == {"old.jpg", "b.jpg"}
    urls = {one["id"]: one["urls"] for one in listed["results"]}
    restored = browser.post(urls[str(kept.photo_id)]["restore"])
    assert (restored.status_code, restored.json()["title"]) == (200, "Harvest")
    assert browser.get(urls[str(kept.photo_id)]["self"]).status_code == 404
    assert browser.delete(urls[str(gone.photo_id)]["self"]).status_code == 204
    assert list(Photo.objects.values_list("pk", flat=True)) == [kept.photo_id]


def test_deleting_for_good_frees_the_quota(browser):
    def used() -> int:
        return browser.get("/api/v1/me/").json()["quotas"]["bytes_stored"]["used"]

    first, second = send(browser, "a.jpg"), send(browser, "b.jpg")
    assert used() == first.photo.stored_bytes + second.photo.stored_bytes
    trash.put([first.photo, second.photo])
    assert used() == first.photo.stored_bytes + second.photo.stored_bytes
    browser.delete(f"/api/v1/trash/{first.photo_id}/")
    assert used() == second.photo.stored_bytes
    browser.delete("/api/v1/trash/")
    assert used() == 0


def test_a_photo_sent_again_after_its_deletion_is_a_new_one(browser):
    def post() -> str:
        return browser.post(
            "/api/v1/jobs/", {"image": pictures.upload()}, headers={"Idempotency-Key": "one"}
        ).json()["id"]

    first = post()
    browser.delete(f"/api/v1/jobs/{first}/")
    assert post() != first


def test_the_export_takes_the_trash_along(browser, ada):
    trash.put([send(browser).photo])
    data, _entries = export.collect(ada)
    assert data["photos"][0]["trashed_at"]


def test_how_long_photos_lie_in_the_trash_is_said(browser, settings):
    settings.TRASH_RETENTION = timedelta(days=14)
    job = send(browser)
    finish(job)
    assert "for 14 days" in browser.get(f"/jobs/{job.pk}/").content.decode()
    assert "for 14 days" in browser.get("/privacy/").content.decode()
    trash.put([job.photo])
    assert "14 days after" in browser.get("/trash/").content.decode()
