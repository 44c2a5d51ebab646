"""Many photos as one zip: made once even if a worker dies, private, deleted after a day."""

import os
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from django.test import AsyncClient, Client
from django.utils import timezone

from colorweb import leases
from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from colorweb.testing.waiting import wait_for
from jobs.models import Archive, Job, Photo, State
from jobs.photos import ownership, trash
from jobs.results import archives
from jobs.sharing import guests
from jobs.storage import access
from tests.jobs import make
from tests.jobs.archives import content, photo

pytestmark = pytest.mark.django_db(transaction=True)


def ask(client: Client, *photos: Photo) -> Archive:
    chosen = [str(photo.pk) for photo in photos]
    answer = client.post("/history/download/", {"photo": chosen})
    archive = Archive.objects.latest("created_at")
    assert answer["Location"] == f"/archives/{archive.pk}/"
    return archive


def die(archive: Archive) -> None:
    """Its worker sends no more heartbeats."""
    Archive.objects.filter(pk=archive.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_a_zip_holds_the_version_in_use_of_each_photo_under_its_name(browser, ada):
    first = photo(ada, "бабушка.jpg", b"in use")
    newer = make.job(photo=first)
    name = default_storage.save(newer.file("result"), ContentFile(b"later"))
    Job.objects.filter(pk=newer.pk).update(state=State.SUCCEEDED, result=name)
    archive = ask(browser, first, photo(ada, "a.png"), photo(ada, "A.tif"), photo(ada, "b", None))
    assert archives.make_all() == 1
    assert content(archive) == {
        "бабушка-color.jpg": b"in use",
        "a-color.jpg": b"in color",
        "A-color-2.jpg": b"in color",
    }


def test_page_and_file_answer_202_until_the_zip_is_there(browser, ada):
    archive = ask(browser, photo(ada), photo(ada))
    page, file = f"/archives/{archive.pk}/", f"/archives/{archive.pk}/file"
    for address in (page, file):
        answer = browser.get(address)
        assert (answer.status_code, answer["Retry-After"]) == (202, "1")
    archives.claim()
    Archive.objects.update(done=1)
    assert "1 of 2 photos are packed." in browser.get(page).content.decode()
    Archive.objects.update(state="queued", lease_until=None)
    archives.make_all()
    assert "2 photos, " in browser.get(page).content.decode()
    assert browser.get(page).status_code == 200


async def body(answer: Any) -> bytes:
    """All of what a streamed answer holds."""
    return b"".join([piece async for piece in answer.streaming_content])


async def test_a_cut_download_goes_on_where_it_was():
    def prepare() -> tuple[Archive, User]:
        user = User.objects.create_user("ada@example.org")
        client = Client()
        client.force_login(user)
        archive = ask(client, photo(user))
        archives.make_all()
        return archive, user

    archive, user = await sync_to_async(prepare)()
    browser = AsyncClient()
    await browser.aforce_login(user)
    address = f"/archives/{archive.pk}/file"
    whole = await browser.get(address)
    assert whole["Content-Disposition"].startswith('attachment; filename="colorweb-')
    full = await body(whole)
    part = await browser.get(address, headers={"Range": "bytes=10-"})
    assert part.status_code == 206
    assert await body(part) == full[10:]


def test_without_colors_there_is_no_zip(browser, ada):
    chosen = str(photo(ada, content=None).pk)
    page = browser.post("/history/download/", {"photo": chosen}, follow=True)
    assert "None of these photos is in color yet." in page.content.decode()
    assert not Archive.objects.exists()


def test_a_zip_whose_worker_died_is_made_by_another(browser, ada):
    archive = ask(browser, photo(ada))
    dead = archives.claim()
    assert dead is not None
    die(archive)
    archives.reap()
    assert archives.make_all() == 1
    with pytest.raises(leases.LeaseLost):
        archives.make(dead)
    archive.refresh_from_db()
    assert (archive.state, archive.attempt) == ("ready", 2)
    assert default_storage.listdir("archives")[1] == [archive.file.removeprefix("archives/")]


def test_a_worker_keeps_its_lease_however_long_the_storage_takes(
    browser, ada, settings, monkeypatch
):
    settings.JOB_LEASE_RENEWAL = timedelta(milliseconds=20)
    archive = ask(browser, photo(ada))
    keep = default_storage.save

    def slow(*args):
        die(archive)
        wait_for(lambda: Archive.objects.filter(lease_until__gt=Now()).exists(), "a renewal")
        return keep(*args)

    monkeypatch.setattr(default_storage, "save", slow)
    assert archives.make_all() == 1
    archive.refresh_from_db()
    assert (archive.state, archive.attempt) == ("ready", 1)


def test_a_zip_that_kills_its_workers_is_given_up(browser, ada, settings):
    archive = ask(browser, photo(ada))
    for _ in range(settings.JOB_MAX_ATTEMPTS):
        assert archives.claim()
        die(archive)
        archives.reap()
    assert archives.claim() is None
    assert "could not be made" in browser.get(f"/archives/{archive.pk}/").content.decode()


def test_one_zip_is_made_at_a_time_so_that_the_clock_goes_on(browser, ada):
    ask(browser, photo(ada))
    ask(browser, photo(ada))
    assert archives.claim()
    assert archives.claim() is None


def test_making_a_zip_needs_no_memory_for_its_photos(browser, ada):
    large = b"\0" * 8_000_000
    archive = ask(browser, *(photo(ada, f"{number}.jpg", large) for number in range(3)))
    tracemalloc.start()
    archives.make_all()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    archive.refresh_from_db()
    assert archive.bytes > 24_000_000
    assert peak < 4_000_000


def test_a_deleted_photo_takes_the_zips_it_is_in_along(browser, ada):
    kept, trashed, deleted = photo(ada, "a"), photo(ada, "b"), photo(ada, "c")
    first, second = ask(browser, kept, trashed), ask(browser, kept, deleted)
    third = ask(browser, kept)
    archives.make_all()
    trash.put([trashed])
    trash.delete([deleted])
    assert [archive.pk for archive in Archive.objects.all()] == [third.pk]
    third.refresh_from_db()
    assert default_storage.listdir("archives")[1] == [third.file.removeprefix("archives/")]
    for gone in (first, second):
        assert browser.get(f"/archives/{gone.pk}/file").status_code == 404


def test_a_photo_deleted_while_the_zip_is_made_stops_it(browser, ada):
    archive = ask(browser, photo(ada))
    held = archives.claim()
    assert held
    Archive.objects.get(pk=archive.pk).delete()
    with pytest.raises(leases.LeaseLost):
        archives.make(held)
    assert default_storage.listdir("archives")[1] == []


def test_after_its_day_a_zip_is_gone_row_and_file(browser, ada):
    archive = ask(browser, photo(ada))
    archives.make_all()
    archive.refresh_from_db()
    Archive.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert browser.get(f"/archives/{archive.pk}/").status_code == 404
    assert archives.expire() == 1
    assert not Archive.objects.exists()
    assert not default_storage.exists(archive.file)


def test_a_deleted_account_takes_its_zips_along(browser, ada):
    archive = ask(browser, photo(ada))
    archives.make_all()
    archive.refresh_from_db()
    ownership.erase(ada)
    assert not Archive.objects.exists()
    assert not default_storage.exists(archive.file)


def test_what_a_dead_worker_wrote_is_swept(browser, ada, settings):
    archive = ask(browser, photo(ada))
    archives.make_all()
    for name in ("archives/lost.zip", "archives/young.zip"):
        default_storage.save(name, ContentFile(b"PK"))
    old = (timezone.now() - timedelta(days=2)).timestamp()
    archive.refresh_from_db()
    for name in ("archives/lost.zip", archive.file):
        os.utime(settings.MEDIA_ROOT / name, (old, old))
    assert archives.expire() == 1
    left = default_storage.listdir("archives")[1]
    assert sorted(left) == sorted(["young.zip", archive.file.removeprefix("archives/")])


def test_only_who_asked_gets_it(browser, ada):
    archive = ask(browser, photo(ada))
    archives.make_all()
    stranger = Client()
    stranger.force_login(User.objects.create_user("eve@example.org"))
    for other in (stranger, Client()):
        for address in (f"/archives/{archive.pk}/", f"/archives/{archive.pk}/file"):
            assert other.get(address).status_code == 404


def test_a_guests_zip_becomes_the_accounts(ada):
    visitor = Visitor(user=None, guest=make.GUEST, address="")
    archive = archives.request([photo(None)], visitor)
    assert archive
    guests.claim_guest_data(make.GUEST, ada)
    assert access.own_archive(Visitor(user=ada, guest="", address=""), archive.pk)


def test_the_five_newest_are_kept(browser, ada):
    mine = photo(ada)
    first = ask(browser, mine)
    for _ in range(archives.MAX_ARCHIVES):
        ask(browser, mine)
    assert Archive.objects.count() == archives.MAX_ARCHIVES
    assert not Archive.objects.filter(pk=first.pk).exists()


def test_a_zip_of_too_many_photos_is_refused(browser, ada, monkeypatch):
    monkeypatch.setattr(archives, "MAX_PHOTOS", 1)
    ids = [str(photo(ada, name).pk) for name in "ab"]
    answer = browser.post("/api/v1/archives/", {"photos": ids}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_photos")
