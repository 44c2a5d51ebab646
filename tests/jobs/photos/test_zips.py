"""Zips of photos are unpacked by workers: none is lost or doubled, whatever ends on the way."""

import zipfile
from collections import Counter
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now

from colorweb import leases
from colorweb.storage import Folder
from colorweb.testing import pictures
from jobs.models import STORED_AS, Batch, Job, Photo
from jobs.photos import batches, intake, unpacking
from tests.jobs.albums import ALBUM, archive, names, photo, post, unpack_one

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db(transaction=True)


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
    named = {"name": "album/a.jpg", "index": 0}
    assert error == {**named, "code": "worker_died.entry", "params": {}}
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
