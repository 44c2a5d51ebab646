"""What holds between files and rows."""

import contextlib
import os
import time
import uuid

import pytest
from django.core.files.storage import default_storage

from jobs import files, intake
from jobs.models import Photo, folder_of
from tests import pictures
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_file_appears_whole_or_not_at_all():
    with contextlib.suppress(RuntimeError), files.new_file("photos/aa/x/half.jpg") as file:
        file.write(b"half")
        raise RuntimeError
    assert not default_storage.exists("photos/aa/x/half.jpg")
    with files.new_file("photos/aa/x/whole.jpg") as file:
        file.write(b"whole")
    assert default_storage.open("photos/aa/x/whole.jpg").read() == b"whole"


def test_rows_that_fail_take_their_files_with_them(monkeypatch, client, settings):
    def broken(*_args, **_named):
        raise RuntimeError("the database is away")

    monkeypatch.setattr(Photo.objects, "create", broken)
    with pytest.raises(RuntimeError):
        client.post("/api/v1/jobs/", {"image": pictures.upload()})
    assert not list((settings.MEDIA_ROOT / "photos").glob("*/*"))


def test_the_sweep_takes_old_folders_without_a_row_only(settings):
    photo = make.photo()
    orphan, young = uuid.uuid4(), uuid.uuid4()
    for photo_id in (photo.pk, orphan, young):
        with files.new_file(files.name_in(photo_id, "grey_card")) as file:
            file.write(b"x")
    old = time.time() - 7200
    for photo_id in (photo.pk, orphan):
        os.utime(settings.MEDIA_ROOT / files.name_in(photo_id, "grey_card"), (old, old))
    assert files.sweep() == 1
    there = [(settings.MEDIA_ROOT / folder_of(pk)).exists() for pk in (photo.pk, orphan, young)]
    assert there == [True, False, True]


def test_discarding_a_photo_leaves_no_file(settings, client):
    client.post("/api/v1/jobs/", {"image": pictures.upload()})
    photo = Photo.objects.get()
    folder = settings.MEDIA_ROOT / photo.folder
    assert folder.exists()
    intake.discard(photo)
    assert not folder.exists()
