"""Mended colors are kept for learning only while their owners allow it."""

import json
import tarfile
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from PIL import Image

from colorweb.accounts import consent
from colorweb.testing import pictures
from jobs.models import Job, Photo, State
from jobs.photos import mends
from tests.jobs import make

pytestmark = pytest.mark.django_db
BLUE = {"x": 0.25, "y": 0.5, "a": 10.0, "b": -40.0, "radius": 3.0}


@pytest.fixture
def mended(ada) -> Photo:
    """A photo of Ada's of 64 x 48 pixels, on which she has set a point."""
    consent.give(ada, "mends_for_learning")
    photo = make.photo(guest="", owner=ada, width=64, height=48)
    default_storage.save(photo.source, ContentFile(pictures.jpeg(64, 48)))
    job = make.job(photo=photo, hints=[BLUE])
    Job.objects.filter(pk=job.pk).update(state=State.SUCCEEDED)
    Photo.objects.filter(pk=photo.pk).update(version=job)
    return Photo.objects.select_related("version").get(pk=photo.pk)


def contents(path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        files = {entry.name: tar.extractfile(entry) for entry in tar}
        return {name: file.read() for name, file in files.items() if file}


def test_a_mended_photo_is_written_with_its_points(mended, tmp_path):
    call_command("mends", str(tmp_path / "mends.tar"))
    files = contents(tmp_path / "mends.tar")
    assert json.loads(files[f"{mended.pk}.hints.json"]) == {"hints": [BLUE]}
    assert Image.open(BytesIO(files[f"{mended.pk}.jpg"])).size == (64, 48)


def test_points_lie_where_they_were_set_when_the_photo_was_turned(mended, tmp_path):
    Job.objects.update(geometry={"turn": 90, "corners": None})
    call_command("mends", str(tmp_path / "mends.tar"))
    files = contents(tmp_path / "mends.tar")
    assert Image.open(BytesIO(files[f"{mended.pk}.jpg"])).size == (48, 64)
    assert json.loads(files[f"{mended.pk}.hints.json"])["hints"] == [BLUE | {"x": 0.5, "y": 0.25}]


@pytest.mark.parametrize("gone", ["consent", "photo", "points"])
def test_nothing_is_kept_when_consent_photo_or_points_go(ada, mended, gone):
    assert mends.allowed().count() == 1
    if gone == "consent":
        consent.withdraw(ada, "mends_for_learning")
    elif gone == "photo":
        mended.delete()
    else:
        Job.objects.update(hints=[])
    assert mends.allowed().count() == 0


def test_a_photo_whose_file_is_gone_is_named_and_left_out(mended, tmp_path, capsys):
    default_storage.delete(mended.source)
    call_command("mends", str(tmp_path / "mends.tar"))
    assert contents(tmp_path / "mends.tar") == {}
    assert f"{mended.pk}: the file could not be read" in capsys.readouterr().err


def test_a_tar_that_cannot_be_written_is_said_in_a_line(mended, tmp_path):
    with pytest.raises(CommandError, match=r"could not be written: No such file or directory\.$"):
        call_command("mends", str(tmp_path / "nowhere" / "mends.tar"))
