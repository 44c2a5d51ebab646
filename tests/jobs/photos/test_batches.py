"""Many photos at once: each stands for itself, and none is lost or doubled."""

import zipfile
from collections import Counter
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from PIL import Image

from colorweb import leases
from colorweb.accounts.visitors import Visitor
from colorweb.storage import Folder
from colorweb.testing import pictures
from jobs.models import STORED_AS, Batch, Job, Photo
from jobs.photos import batches, intake, unpacking
from jobs.queue import claims
from jobs.sharing import guests
from tests.jobs.albums import ALBUM, archive, photo

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db(transaction=True)


def post(client: Client, key: str | None = None, **fields):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/batches/", fields, headers=headers)


def unpack_one() -> bool:
    """A shift that ends after one photo."""
    with closing(unpacking.Shift()) as shift:
        return unpacking.unpack_next(shift)


def names() -> list[str]:
    return sorted(Photo.objects.values_list("name", flat=True))


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


def test_a_zip_is_unpacked_by_a_worker(script):
    rubbish = {"__MACOSX/._a.jpg": b"x", ".DS_Store": b"x", "album/Thumbs.db": b"x", "empty/": b""}
    answer = post(script, archive=archive(ALBUM | rubbish), webhook_url="https://example.org/")
    batch = answer.json()
    assert (answer.status_code, batch["status"], batch["photos"]) == (202, "unpacking", 3)
    assert unpacking.unpack() == 4
    batch = script.get(batch["urls"]["self"]).json()
    assert (batch["status"], batch["unpacked"], batch["jobs"]["queued"]) == ("unpacked", 3, 3)
    assert names() == ["album/a.jpg", "album/b.jpg", "album/c.jpg"]
    assert set(Job.objects.values_list("webhook_url", flat=True)) == {"https://example.org/"}
    assert default_storage.listdir(batches.FOLDER)[1] == []


class Counting(Folder):
    """A folder that counts how often each file is opened to be read."""

    reads: Counter[str] = Counter()

    def open(self, name: str, mode: str = "rb") -> Any:
        self.reads[name] += 1
        return super().open(name, mode)


def test_zips_are_opened_once_a_shift(script, settings):
    settings.STORAGES |= {"default": {"BACKEND": f"{__name__}.Counting"}}
    post(script, archive=archive(ALBUM))
    post(script, archive=archive(ALBUM))
    Counting.reads.clear()
    assert unpacking.unpack() == 2 * (len(ALBUM) + 1)
    zips = {name: count for name, count in Counting.reads.items() if name.endswith(".zip")}
    assert list(zips.values()) == [1, 1]
    assert len(names()) == 2 * len(ALBUM)


def test_of_more_zips_than_stay_open_all_are_read():
    stored = default_storage.save("batches/a.zip", archive(ALBUM))
    packed = [Batch(archive=stored) for _ in range(2 * unpacking.MAX_OPENED)]
    with closing(unpacking.Shift()) as shift:
        for batch in [*packed, *packed]:
            assert len(shift.zip_of(batch).entries) == len(ALBUM)
        assert len(shift._opened) == unpacking.MAX_OPENED


def test_a_worker_that_dies_neither_loses_nor_doubles_a_photo(script, monkeypatch):
    post(script, archive=archive(ALBUM))
    unpack_one()
    accept = intake.accept

    def die(*_args, **_more):
        raise SystemExit

    monkeypatch.setattr(intake, "accept", die)
    with pytest.raises(SystemExit):
        unpack_one()
    monkeypatch.setattr(intake, "accept", accept)
    assert not unpack_one(), "the lease of the one who died goes on"
    crash()
    unpacking.unpack()
    assert names() == ["album/a.jpg", "album/b.jpg", "album/c.jpg"]


def crash() -> None:
    """The worker that has the zip is dead, and the reaper finds out."""
    Batch.objects.update(lease_until=Now() - timedelta(seconds=1))
    unpacking.reap()


def test_a_file_that_kills_its_worker_thrice_is_left_out(script, settings):
    post(script, archive=archive(ALBUM))
    for _ in range(settings.JOB_MAX_ATTEMPTS):
        crash()
    unpacking.unpack()
    [error] = Batch.objects.get().errors
    assert error == {"name": "album/a.jpg", "code": "worker_died.entry", "params": {}}
    assert names() == ["album/b.jpg", "album/c.jpg"]


def test_a_worker_that_lost_its_lease_makes_no_second_job(script):
    post(script, archive=archive(ALBUM))
    late = Batch.objects.get()
    unpacking.unpack()
    visitor = unpacking.visitor_of(late)
    with pytest.raises(leases.LeaseLost):
        batches.accept(late, visitor, photo("a.jpg"), "a.jpg")
    assert Photo.objects.count() == 3


def test_a_zip_waits_while_the_queue_is_full(script, settings):
    post(script, archive=archive(ALBUM))
    settings.QUEUE_MAX_WAITING = 1
    unpacking.unpack()
    assert (Batch.objects.get().unpacked, Batch.objects.get().state) == (1, "unpacking")
    settings.QUEUE_MAX_WAITING = 100
    Batch.objects.update(due_at=None)
    unpacking.unpack()
    assert (Photo.objects.count(), Batch.objects.get().state) == (3, "unpacked")


def test_names_in_a_zip_are_labels_and_no_paths(script, settings):
    evil = {"../../../evil.jpg": pictures.encoded(), "/etc/cron.d/evil.jpg": pictures.encoded()}
    post(script, archive=archive(evil))
    unpacking.unpack()
    assert names() == ["etc/cron.d/evil.jpg", "evil.jpg"]
    written = {path.stem for path in settings.MEDIA_ROOT.rglob("*.jpg")}
    assert written == {"source", STORED_AS["gray_preview"], STORED_AS["gray_card"]}


def test_a_zip_bomb_is_not_unpacked(script, monkeypatch):
    monkeypatch.setattr(batches, "SMALL_BYTES", 1_000_000)
    bomb = archive({"a.jpg": b"\0" * 5_000_000}, zipfile.ZIP_DEFLATED)
    assert post(script, archive=bomb).json()["code"] == "zip_too_dense"


def test_an_entry_that_lies_about_its_size_is_read_no_further(script, settings):
    settings.UPLOAD_MAX_BYTES = 100_000
    post(script, archive=archive({"a.jpg": b"x" * 200_000, "b.jpg": pictures.encoded()}))
    unpacking.unpack()
    [error] = Batch.objects.get().refusals
    assert (error["name"], error["code"], names()) == ("a.jpg", "too_many_bytes", ["b.jpg"])


def test_a_damaged_entry_is_reported_and_the_others_go_on(script):
    upload = archive(ALBUM)
    content = bytearray(upload.read())
    content[content.find(b"album/a.jpg") + 200] ^= 0xFF  # its checksum is wrong now
    post(script, archive=SimpleUploadedFile("album.zip", bytes(content)))
    unpacking.unpack()
    [error] = Batch.objects.get().refusals
    assert (error["name"], error["code"]) == ("album/a.jpg", "damaged")
    assert names() == ["album/b.jpg", "album/c.jpg"]


def test_an_entry_packed_in_another_way_is_named_and_the_others_go_on(script):
    upload = archive(ALBUM)
    content = bytearray(upload.read())
    first = content.find(b"PK\1\2")
    content[first + 10 : first + 12] = (9).to_bytes(2, "little")
    post(script, archive=SimpleUploadedFile("album.zip", bytes(content)))
    unpacking.unpack()
    [error] = Batch.objects.get().refusals
    assert (error["name"], error["code"]) == ("album/a.jpg", "unsupported_format")
    assert "Deflate64" in error["message"]
    assert names() == ["album/b.jpg", "album/c.jpg"]


def test_names_of_an_old_zip_follow_its_senders_language(script):
    raw, stand_in = "爷爷奶奶.jpg".encode("gbk"), b"~~~~~~~~.jpg"
    content = archive({stand_in.decode(): pictures.encoded()}).read().replace(stand_in, raw)
    upload = SimpleUploadedFile("album.zip", content)
    script.post("/api/v1/batches/", {"archive": upload}, headers={"Accept-Language": "zh-CN,en"})
    unpacking.unpack()
    assert names() == ["爷爷奶奶.jpg"]


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
    batch = post(script, image=[photo("a.jpg")]).json()
    for url in batch["urls"].values():
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
