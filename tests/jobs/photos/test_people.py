"""Photos follow their people: into an account, out of the site."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from colorweb import leases
from colorweb.accounts.models import User
from colorweb.testing import pictures
from jobs import tasks
from jobs.models import Job, Photo, State
from jobs.photos import export, ownership
from jobs.queue import claims, positions, states
from tests import accounts, totp
from tests.accounts import EMAIL, PASSWORD, log_in, prove, turn_on_two_steps
from tests.jobs import make
from tests.jobs.make import finish
from tests.jobs.sockets import message, socket

pytestmark = pytest.mark.django_db(transaction=True)


def send(client, name: str = "old.jpg") -> Job:
    """A photo sent from this browser; its job."""
    client.post("/", {"image": pictures.upload(name)})
    return Job.objects.select_related("photo").get(photo__name=name)


def sign_up(client) -> User:
    """An account for who uses this browser."""
    accounts.sign_up(client)
    return User.objects.get(email=EMAIL)


def test_a_visitors_photos_become_theirs_with_the_account(client):
    job = send(client)
    user = sign_up(client)
    photo = Photo.objects.get()
    assert (photo.owner, photo.guest) == (user, "")
    assert client.get(f"/jobs/{job.pk}/").status_code == 200
    assert client.cookies["guest"].value == ""


def test_photos_sent_before_logging_in_come_along_too(client):
    user = sign_up(client)
    other = Client()
    send(other)
    log_in(other)
    assert Photo.objects.get().owner == user
    client.post("/account/logout/")
    assert other.get("/").context["jobs"][0]["name"] == "old.jpg"


def test_photos_of_other_visitors_stay_theirs(client):
    send(Client(), "theirs.jpg")
    send(client, "mine.jpg")
    user = sign_up(client)
    assert [photo.name for photo in user.photos.all()] == ["mine.jpg"]


def test_logging_in_with_two_steps_adopts_only_after_the_second(client):
    sign_up(client)
    prove(client)
    secret = turn_on_two_steps(client)
    other = Client()
    send(other)
    log_in(other)
    assert Photo.objects.get().owner is None
    other.post("/account/2fa/authenticate/", {"code": totp.code(secret)})
    assert Photo.objects.get().owner is not None


def test_a_waiting_photo_keeps_its_turn(client):
    job = send(client)
    send(Client(), "later.jpg")
    sign_up(client)
    assert positions.positions([Job.objects.get(pk=job.pk)]) == {job.pk: 1}
    assert claims.claim("test")[0].pk == job.pk


def test_logging_out_takes_the_photos_along(client):
    job = send(client)
    sign_up(client)
    client.post("/account/logout/")
    assert client.get(f"/jobs/{job.pk}/").status_code == 404


@pytest.mark.parametrize("path", ["/ws/me/", "/ws/jobs/{job}/"])
async def test_open_pages_are_asked_to_reconnect_as_the_account(path):
    job = await sync_to_async(make.job)()
    page = socket(path.format(job=job.pk))
    await page.connect(60)
    await page.receive_json_from(60)
    user = await sync_to_async(User.objects.create_user)(EMAIL, PASSWORD)
    await sync_to_async(ownership.claim_guest_photos)(make.GUEST, user)
    while (output := await page.receive_output(60))["type"] != "websocket.close":
        pass
    assert output["code"] == 4401


async def test_a_page_of_the_account_hears_of_adopted_photos(async_client):
    job = await sync_to_async(make.job)()
    user = await sync_to_async(User.objects.create_user)(EMAIL, PASSWORD)
    await sync_to_async(ownership.claim_guest_photos)(make.GUEST, user)
    await async_client.aforce_login(user)
    page = socket("/ws/me/", session=async_client.cookies["sessionid"].value)
    await page.connect(60)
    assert [job["id"] for job in (await page.receive_json_from(60))["jobs"]] == [str(job.pk)]
    await sync_to_async(claims.claim)("test")
    assert (await message(page, "job"))["job"]["status"] == "running"
    await page.disconnect(timeout=60)


async def test_a_page_left_open_closes_when_its_owner_logs_out(async_client):
    user = await sync_to_async(User.objects.create_user)(EMAIL, PASSWORD)
    await async_client.aforce_login(user)
    page = socket("/ws/me/", session=async_client.cookies["sessionid"].value)
    await page.connect(60)
    await page.receive_json_from(60)
    await async_client.post("/account/logout/")
    assert await page.receive_output(60) == {"type": "websocket.close", "code": 4401}


def age(photo: Photo, hours: float) -> None:
    Photo.objects.filter(pk=photo.pk).update(created_at=timezone.now() - timedelta(hours=hours))


def test_guests_photos_go_after_their_time_rows_and_files(client, settings):
    old, young = send(client, "old.jpg"), send(client, "young.jpg")
    age(old.photo, 24.5)
    age(young.photo, 23.9)
    assert ownership.expire_guests() == 1
    assert [photo.name for photo in Photo.objects.all()] == ["young.jpg"]
    assert not (settings.MEDIA_ROOT / old.photo.folder).exists()
    assert (settings.MEDIA_ROOT / young.photo.folder).exists()


def test_published_photos_of_guests_go_too(client):
    job = send(client)
    finish(job)
    client.post(f"/jobs/{job.pk}/publish/")
    age(job.photo, 25)
    assert ownership.expire_guests() == 1
    assert client.get("/gallery/").context["photos"] == []


def test_photos_of_accounts_stay(client):
    job = send(client)
    sign_up(client)
    age(job.photo, 24 * 365)
    assert ownership.expire_guests() == 0
    assert Photo.objects.exists()


def test_how_long_guests_photos_are_kept_is_said_where_they_are_sent(client, settings):
    settings.GUEST_RETENTION = timedelta(hours=48)
    assert "deleted after 48 hours" in client.get("/").content.decode()
    assert "48 hours after it was sent" in client.get("/privacy/").content.decode()
    sign_up(client)
    assert "deleted after 48 hours" not in client.get("/").content.decode()


@pytest.mark.usefixtures("both_storages")
async def test_everything_can_be_taken_along_as_a_zip(async_client):
    photo = pictures.encoded()

    def prepare() -> None:
        client = Client()
        client.post("/", {"image": pictures.upload("Grandmother 1931.jpg", photo)})
        finish(Job.objects.get())
        send(client, "второе.jpg")
        sign_up(client)
        prove(client)
        async_client.cookies = client.cookies

    await sync_to_async(prepare)()
    answer = await async_client.get("/account/export/")
    assert answer["Content-Type"] == "application/zip"
    content = b"".join([piece async for piece in answer.streaming_content])
    with zipfile.ZipFile(io.BytesIO(content)) as taken:
        assert taken.testzip() is None
        data = json.loads(taken.read("data.json"))
        first, second = data["photos"]
        assert data["account"]["email"] == EMAIL
        assert taken.read(first["file"]) == photo
        assert taken.read(first["jobs"][0]["file"]) == b"in color"
        assert first["file"] == "photos/0001-Grandmother_1931/original.jpg"
        assert second["file"] == "photos/0002-второе/original.jpg"
        assert second["jobs"][0]["file"] is None
        assert len(taken.namelist()) == 4


@pytest.mark.usefixtures("both_storages")
def test_a_photo_deleted_during_the_export_is_left_out(client):
    send(client, "a.jpg")
    gone = send(client, "b.jpg")
    data, entries = export.collect(sign_up(client))
    default_storage.delete(gone.photo.source)
    content = b"".join(export.archive(data, entries))
    with zipfile.ZipFile(io.BytesIO(content)) as taken:
        assert taken.namelist() == ["data.json", "photos/0001-a/original.jpg"]


def test_deleting_the_account_deletes_everything_in_it(client, settings):
    job = send(client)
    finish(job)
    client.post(f"/jobs/{job.pk}/publish/")
    stranger = send(Client(), "theirs.jpg")
    sign_up(client)
    other = Client()
    log_in(other)
    prove(client)
    answer = client.post("/account/delete/", {"email": " Ann@example.org "})
    assert answer["Location"] == "/"
    assert not User.objects.exists()
    assert [photo.pk for photo in Photo.objects.all()] == [stranger.photo_id]
    assert [row.pk for row in Job.objects.all()] == [stranger.pk]
    assert not (settings.MEDIA_ROOT / job.photo.folder).exists()
    assert (settings.MEDIA_ROOT / stranger.photo.folder).exists()
    assert not UserSession.objects.exists()
    assert other.get("/account/")["Location"].startswith("/account/login/")
    assert "sessionid" not in {key for key in client.cookies if client.cookies[key].value}
    assert "has been deleted" in client.get("/").content.decode()


def test_an_account_deleted_by_staff_takes_its_files_along(client, settings):
    job = send(client)
    sign_up(client).delete()
    assert not Photo.objects.exists()
    assert not (settings.MEDIA_ROOT / job.photo.folder).exists()


def test_deleting_the_account_asks_for_its_address(client):
    sign_up(client)
    prove(client)
    answer = client.post("/account/delete/", {"email": "somebody@example.org"})
    assert answer.status_code == 400
    assert "not the address of your account" in answer.content.decode()
    assert User.objects.exists()


def test_deleting_the_account_needs_a_password_given_just_now(client):
    sign_up(client)
    client.post("/account/delete/", {"email": EMAIL})
    assert User.objects.exists()


def test_a_photo_that_was_being_colored_when_its_account_went_leaves_nothing(client, settings):
    job = send(client)
    user = sign_up(client)
    claims.claim("test")
    ownership.erase(user)
    with pytest.raises(leases.LeaseLost):
        states.change(job.pk, State.SUCCEEDED, fence=1, result="x.jpg")
    assert not (settings.MEDIA_ROOT / job.photo.folder).exists()
    assert not Session.objects.exists()


def test_a_job_of_a_process_of_the_version_before_is_listed_too(browser, ada):
    job = make.job(photo=make.photo(owner=ada, guest=""))
    Job.objects.update(visitor_key="")
    tasks.reap()
    [listed] = browser.get("/api/v1/jobs/").json()["results"]
    assert listed["id"] == str(job.pk)
