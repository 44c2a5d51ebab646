"""The last room of a disk is kept for the database and for what was accepted."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from colorweb import clock, free_space
from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.testing import pictures
from jobs.models import Photo, Rendition
from jobs.tasks import make_room
from tests.jobs import make

MEGABYTE = 1_000_000
DISK, RESERVED = 64, 16


@pytest.fixture
def disk(tmp_path: Path, settings) -> Iterator[Path]:
    """A small disk of its own that uploads and photos are on."""
    if os.geteuid():
        pytest.skip("only root can mount a small disk")
    size = f"size={DISK * MEGABYTE}"
    mounted = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(tmp_path)]
    if subprocess.run(mounted, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    settings.VAR_DIR = settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MIN_FREE_BYTES = RESERVED * MEGABYTE
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def leave(disk: Path, megabytes: float) -> None:
    """Fill the disk until so many megabytes are free."""
    (disk / "filler").unlink(missing_ok=True)
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    (disk / "filler").write_bytes(bytes(free - int(megabytes * MEGABYTE)))


def post(client: Client):
    return client.post("/api/v1/jobs/", {"image": pictures.upload()})


def account() -> Client:
    _, secret = tokens.create(User.objects.create_user("ada@example.org"), "t", ["read", "write"])
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.mark.django_db(transaction=True)
def test_uploads_are_refused_while_there_is_little_room_guests_first(disk):
    ada = account()
    leave(disk, RESERVED * 1.5)
    assert (post(Client()).status_code, post(ada).status_code) == (201, 201)
    leave(disk, RESERVED * 1.1)
    refused = post(Client())
    assert (refused.status_code, refused.json()["code"]) == (507, "no_room")
    assert "space" in refused.json()["detail"]
    assert post(ada).status_code == 201
    leave(disk, RESERVED * 0.9)
    assert post(ada).status_code == 507
    assert Photo.objects.count() == 3
    (disk / "filler").unlink()
    assert post(Client()).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_files_are_not_made_while_there_is_little_room(disk):
    done = make.published()
    leave(disk, RESERVED * 0.9)
    answer = Client().get(f"/api/v1/jobs/{done.pk}/result/?format=png")
    assert (answer.status_code, answer.json()["code"]) == (507, "no_room")
    assert not Rendition.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sweeps_run_at_once_when_a_disk_is_nearly_full(disk, monkeypatch):
    monkeypatch.setattr(clock, "SETTLING", 0)  # as an hour after the start
    orphan = disk / "media" / "photos" / "ab" / "ab000000-0000-4000-8000-000000000000" / "x.jpg"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    os.utime(orphan, (1, 1))
    make_room()
    assert orphan.exists()
    leave(disk, RESERVED * 0.4)
    make_room()
    assert not orphan.exists()


def test_a_twentieth_of_a_disk_is_kept_and_at_least_two_gigabytes():
    gigabyte = 1_000_000_000
    assert free_space.kept_free(10 * gigabyte) == 2 * gigabyte
    assert free_space.kept_free(1000 * gigabyte) == 50 * gigabyte
