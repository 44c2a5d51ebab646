"""What holds between files and rows."""

import contextlib
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage

from colorweb.testing import pictures
from jobs.models import Photo
from jobs.photos import deletion
from jobs.storage import files

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("both_storages"),
]


def test_a_file_appears_whole_or_not_at_all():
    with contextlib.suppress(RuntimeError), files.new_file("photos/aa/x/half.jpg") as file:
        file.write(b"half")
        raise RuntimeError
    assert not default_storage.exists("photos/aa/x/half.jpg")
    with files.new_file("photos/aa/x/whole.jpg") as file:
        file.write(b"whole")
    assert default_storage.open("photos/aa/x/whole.jpg").read() == b"whole"


def test_what_is_there_is_never_written_over():
    for content in (b"first", b"second"):
        with (
            contextlib.suppress(FileExistsError),
            files.new_file("photos/aa/x/whole.jpg") as file,
        ):
            file.write(content)
    assert default_storage.open("photos/aa/x/whole.jpg").read() == b"first"


def test_rows_that_fail_take_their_files_with_them(monkeypatch, client):
    def broken(*_args, **_named):
        raise RuntimeError("the database is unavailable")

    monkeypatch.setattr(Photo.objects, "create", broken)
    with pytest.raises(RuntimeError):
        client.post("/api/v1/jobs/", {"image": pictures.upload()})
    assert not folders()


def test_discarding_a_photo_leaves_no_file(client):
    client.post("/api/v1/jobs/", {"image": pictures.upload()})
    photo = Photo.objects.get()
    assert folders() == [str(photo.pk)]
    deletion.delete(photo)
    assert not folders()


def test_a_photo_is_served_to_its_owner_only(client):
    job = client.post("/api/v1/jobs/", {"image": pictures.upload()}).json()
    address = urlsplit(job["urls"]["gray_card"]).path
    answer = client.get(address, headers={"range": "bytes=0-1"})
    assert (answer.status_code, answer["Content-Length"]) == (206, "2")
    client.cookies.clear()
    assert client.get(address).status_code == 404


def folders() -> list[str]:
    """The folders of photos that hold files."""
    try:
        shards, _ = default_storage.listdir("photos")
    except FileNotFoundError:
        return []
    found = [name for shard in shards for name in default_storage.listdir(f"photos/{shard}")[0]]
    return [name for name in found if default_storage.listdir(f"photos/{name[:2]}/{name}")[1]]
