"""Many photos at once: each stands for itself, and none is lost or doubled."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from colorweb.accounts.visitors import Visitor
from colorweb.testing import pictures
from jobs.models import Batch, Job, Photo
from jobs.photos import batches, intake, unpacking
from jobs.queue import claims
from jobs.sharing import guests
from tests.jobs.albums import ALBUM, archive, names, photo, post

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db(transaction=True)


def test_several_files_are_a_batch_of_jobs(script):
    answer = post(script, image=[photo("a.jpg"), photo("b.jpg", 1)], vividness="1.5")
    batch = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, batch["urls"]["self"])
    assert (batch["status"], batch["photos"], batch["jobs"]["queued"]) == ("unpacked", 2, 2)
    jobs = script.get(batch["urls"]["jobs"]).json()["results"]
    assert {job["photo"]["name"] for job in jobs} == {"a.jpg", "b.jpg"}
    assert {job["options"]["vividness"] for job in jobs} == {1.5}
    claims.claim("test")
    body = script.get(batch["urls"]["self"]).json()
    assert (body["jobs"]["queued"], body["jobs"]["running"]) == (1, 1)


def test_a_bad_file_is_reported_under_its_name_and_the_others_go_on(script):
    bad = pictures.upload("notes.txt", b"dear diary")
    batch = post(script, image=[photo("a.jpg"), bad, photo("b.jpg", 1)]).json()
    [error] = batch["errors"]
    assert (error["name"], error["code"], batch["refused"]) == ("notes.txt", "not_a_photo", 1)
    assert names() == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize("kind", ["parts", "zip"])
@pytest.mark.parametrize(
    ("limit", "status"),
    [("QUEUE_MAX_WAITING", 503), ("PHOTOS_WAITING", 429), ("PHOTOS_A_DAY", 429)],
)
def test_without_room_for_all_nothing_is_kept(script, settings, kind, limit, status):
    setattr(settings, limit, 2 if limit == "QUEUE_MAX_WAITING" else {"guest": 2, "account": 2})
    if kind == "zip":
        answer = post(script, archive=archive(ALBUM))
    else:
        answer = post(script, image=[photo(f"{n}.jpg", n) for n in range(3)])
    assert answer.status_code == status
    assert not Batch.objects.exists()
    assert not Photo.objects.exists()
    assert not settings.MEDIA_ROOT.exists() or not list(settings.MEDIA_ROOT.rglob("*.*"))


def scan(pages: int) -> SimpleUploadedFile:
    """A TIFF with so many pages."""
    first, *others = (Image.fromarray(pictures.scene(seed=seed)) for seed in range(pages))
    content = pictures.saved(first, "TIFF", save_all=True, append_images=others)
    return SimpleUploadedFile("scan.tif", content)


def test_each_page_of_a_file_becomes_a_photo(script):
    answer = post(script, archive=scan(3), format="tiff", depth="16")
    assert (answer.status_code, answer.json()["photos"]) == (202, 3)
    unpacking.unpack()
    assert names() == ["scan-1.tif", "scan-2.tif", "scan-3.tif"]
    jobs = script.get(answer.json()["urls"]["jobs"]).json()["results"]
    assert {(job["photo"]["page"], job["photo"]["pages"]) for job in jobs} == {
        (1, 3),
        (2, 3),
        (3, 3),
    }
    assert {(job["options"]["format"], job["options"]["depth"]) for job in jobs} == {("tiff", 16)}
    assert default_storage.listdir(batches.FOLDER)[1] == []


def test_the_other_pages_of_a_photo_become_photos(script):
    sent = script.post("/api/v1/jobs/", {"image": scan(3), "page": 2}).json()
    answer = script.post(f"/jobs/{sent['id']}/pages/")
    assert (answer.status_code, answer["Location"]) == (302, "/history/")
    unpacking.unpack()
    assert names() == ["scan-1.tif", "scan-3.tif", "scan.tif"]


def test_a_file_of_too_many_pages_is_refused(script, monkeypatch):
    monkeypatch.setattr(batches, "MAX_PAGES", 2)
    answer = post(script, archive=scan(3))
    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_pages")
    assert not Batch.objects.exists()


def test_what_is_wrong_is_reported_in_the_readers_language(script, settings):
    settings.UPLOAD_MAX_BYTES = 100_000
    answer = post(script, archive=archive({"a.txt": b"dear diary", "b.jpg": b"x" * 200_000}))
    unpacking.unpack()
    body = script.get(answer.json()["urls"]["self"], headers={"Accept-Language": "ru"}).json()
    assert [error["message"] for error in body["errors"]] == [
        "Это не фотография. Выберите файл JPEG, PNG, WebP, TIFF, HEIC или AVIF.",
        "Файл больше, чем может быть фотография.",
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"no zip", "not_a_zip"), (archive({"folder/": b""}).read(), "empty_zip")],
)
def test_what_is_no_zip_of_files_is_refused(script, content, code):
    answer = post(script, archive=SimpleUploadedFile("a.zip", content))
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_zip_of_too_many_files_is_refused(script, monkeypatch):
    monkeypatch.setattr(batches, "MAX_ENTRIES", 2)
    assert post(script, archive=archive(ALBUM)).json()["code"] == "too_many_entries"


def test_one_of_both_has_to_be_there(script):
    both: dict[str, Any] = {"image": [photo("a.jpg")], "archive": archive(ALBUM)}
    for fields in ({}, both):
        answer = post(script, **fields)
        assert (answer.status_code, answer.json()["code"]) == (400, "required")


def test_a_repeated_request_is_the_same_batch(script):
    first = post(script, "k", archive=archive(ALBUM))
    again = post(script, "k", archive=archive(ALBUM))
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["id"] == again.json()["id"]
    assert post(script, "k", archive=archive({"a.jpg": b"x"})).status_code == 409


def test_parts_that_were_cut_off_are_taken_by_the_repeated_request(ada, monkeypatch):
    visitor = Visitor(user=ada, guest="", address="192.0.2.1")
    batch = batches.new(visitor, intake.Options(), public=False)
    uploads = [photo(f"{name}.jpg", seed) for seed, name in enumerate("abc")]
    accept = intake.accept
    taken: list[object] = []

    def die_at_the_second(*args):
        if taken:
            raise SystemExit
        taken.append(args)
        return accept(*args)

    monkeypatch.setattr(intake, "accept", die_at_the_second)
    with pytest.raises(SystemExit):
        batches.accept_parts(uploads, batch, visitor, lambda _: None)
    monkeypatch.setattr(intake, "accept", accept)
    batches.resume(Batch.objects.get(), uploads, visitor)
    assert names() == ["a.jpg", "b.jpg", "c.jpg"]


def test_a_batch_is_its_senders_alone(script):
    urls = post(script, image=[photo("a.jpg")]).json()["urls"]
    assert Client().post(urls.pop("cancel")).status_code == 404
    for url in urls.values():
        assert Client().get(url).status_code == 404


def test_a_guests_batch_goes_along_into_the_account(ada):
    guest = post(Client(), archive=archive(ALBUM)).json()
    guests.claim_guest_data(Batch.objects.get().guest, ada)
    unpacking.unpack()
    assert guest["guest_token"]
    assert Photo.objects.filter(owner=ada).count() == 3
    assert set(Job.objects.values_list("queue_owner", flat=True)) == {f"user:{ada.pk}"}


def test_only_so_many_zips_of_one_owner_wait(script, monkeypatch):
    monkeypatch.setattr(batches, "MAX_PACKED", 1)
    assert post(script, archive=archive(ALBUM)).status_code == 202
    answer = post(script, archive=archive(ALBUM))
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_waiting")
    unpacking.unpack()
    assert post(script, archive=archive(ALBUM)).status_code == 202


def test_old_batches_are_forgotten_and_leave_no_zip(script, settings):
    post(Client(), archive=archive(ALBUM))
    post(script, archive=archive(ALBUM))
    Batch.objects.update(created_at=timezone.now() - settings.GUEST_RETENTION - HOUR)
    assert batches.sweep() == 1
    assert Batch.objects.get().owner
    Batch.objects.update(created_at=timezone.now() - batches.RETENTION - HOUR)
    assert batches.sweep() == 1
    assert default_storage.listdir(batches.FOLDER)[1] == []


def test_a_published_batch_is_published(script):
    post(script, image=[photo("a.jpg")], visibility="public")
    assert Photo.objects.get().visibility == "public"
