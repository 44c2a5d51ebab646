"""Files that no row knows: found by the check, removed by the sweep."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from colorweb import clock
from colorweb.storage import walk
from colorweb.testing import media
from jobs.models import Job, folder_of
from jobs.photos import consistency
from jobs.storage import files, orphans
from tests.jobs import make

pytestmark = pytest.mark.django_db
OLD = timedelta(days=2)


def save(name: str, age: timedelta = OLD) -> str:
    assert default_storage.save(name, ContentFile(b"x")) == name
    media.age(name, age)
    return name


def names(found: str) -> list[str]:
    return consistency.look(lambda _done: None).named[found]


@pytest.fixture
def job():
    """A job that has succeeded, with all its photo's files."""
    job = make.job()
    make.finish(job)
    job.refresh_from_db()
    for photo in orphans.with_rows([job.photo_id]):
        for name in orphans.known(photo):
            if not default_storage.exists(name):
                default_storage.save(name, ContentFile(b"x"))
    media.age(job.photo.folder, OLD)
    return job


@pytest.fixture
def of_dead_attempts(job):
    """What two workers that died have left in the photo's folder."""
    earlier = Job(pk=job.pk, photo=job.photo, format=job.format, attempt=job.attempt + 7)
    rendition = f"{job.photo.folder}/{job.pk}-{uuid.uuid4()}-1.png"
    return sorted([save(earlier.file("result")), save(earlier.file("colors")), save(rendition)])


def test_files_of_dead_attempts_are_found_and_removed_and_no_other(job, of_dead_attempts):
    before = set(default_storage.listdir(job.photo.folder)[1])
    assert names("unknown") == of_dead_attempts
    assert orphans.sweep(orphans.SHARDS) == 3
    left = {f"{job.photo.folder}/{name}" for name in default_storage.listdir(job.photo.folder)[1]}
    assert left == {f"{job.photo.folder}/{name}" for name in before} - set(of_dead_attempts)
    assert names("unknown") == []
    assert names("missing") == []


def test_files_of_an_attempt_that_may_still_run_stay(job):
    running = Job(pk=uuid.uuid4(), photo=job.photo, format="jpeg", attempt=1)
    save(running.file("result"), timedelta(minutes=5))
    assert orphans.sweep(orphans.SHARDS) == 0
    assert names("unknown") == []


def test_folders_of_photos_that_are_gone_are_found_and_removed():
    photo_id = uuid.uuid4()
    lost = save(files.name_in(photo_id, "gray_card"))
    save(files.name_in(uuid.uuid4(), "gray_card"), timedelta(hours=2))  # an upload in flight
    assert names("unknown") == [lost]
    assert orphans.sweep(orphans.SHARDS) == 1
    assert not default_storage.exists(folder_of(photo_id))


def test_leftover_probes_are_found_and_removed():
    lost = save("health/probe-1")
    save("health/probe-2", timedelta(minutes=1))
    assert names("unknown") == [lost]
    assert orphans.sweep([]) == 1
    assert default_storage.listdir("health")[1] == ["probe-2"]


def test_the_hours_of_a_day_sweep_everything(monkeypatch):
    for shard in (0, 23, 24, 255):
        save(f"photos/{shard:02x}/{uuid.UUID(int=shard << 120)}/source.jpg")
    now, swept = clock.now(), 0
    for hour in range(24):
        monkeypatch.setattr(clock, "now", lambda hour=hour: now + timedelta(hours=hour))
        swept += orphans.sweep()
    assert swept == 4


@pytest.mark.usefixtures("both_storages")
def test_both_storages_are_walked_through():
    for name in ("photos/00/a/one.jpg", "photos/00/b/two.jpg", "photos/01/c/three.jpg"):
        default_storage.save(name, ContentFile(b"x"))
    found = dict(walk("photos/00"))
    assert sorted(found) == ["photos/00/a/one.jpg", "photos/00/b/two.jpg"]
    assert all(abs(clock.now() - modified) < timedelta(minutes=1) for modified in found.values())
    assert list(walk("nowhere")) == []
