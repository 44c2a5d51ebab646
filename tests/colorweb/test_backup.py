"""Backup and restore: everything comes back, to the microsecond, and nothing else does."""

import gzip
import io
import json
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from colorweb.accounts import installation
from colorweb.accounts.models import ApiToken, Installation, User
from colorweb.backup import chain, rows, stored
from colorweb.health import workers
from colorweb.testing import pictures, s3
from colorweb.testing.ports import free_port
from colorweb.testing.waiting import wait_for
from jobs.models import Job, Photo
from jobs.photos import deletion
from tests.jobs import make

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("both_storages"),
]


@pytest.fixture
def visitor() -> Client:
    """Somebody with an account, a token, a colored photo, and one that waits."""
    visitor = Client()
    user = User.objects.create_user("grandchild@example.org", "a long enough pass phrase")
    visitor.force_login(user)
    for name in ("Großmutter 1931.jpg", "second.jpg"):
        visitor.post("/api/v1/jobs/", {"image": pictures.upload(name)})
    job = Job.objects.earliest("created_at")
    result = default_storage.save(f"{job.photo.folder}/result.jpg", ContentFile(b"in color"))
    Job.objects.filter(pk=job.pk).update(
        state="succeeded", result=result, attempt=1, timings={"reading_ms": 3, "ключ": [1.5, None]}
    )
    Photo.objects.filter(pk=job.photo_id).update(version=job, visibility="public")
    return visitor


def everything() -> tuple[dict, dict]:
    """All rows by table, and all files with their content; but for the id of the installation."""
    tables = {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in rows.saved()
        if model is not Installation
    }
    files = {name: default_storage.open(name).read() for name in stored.listing()}
    return tables, files


def destroy() -> None:
    """What a broken disk does: no row and no file is left."""
    call_command("flush", interactive=False, verbosity=0)
    for name in list(stored.listing()):
        default_storage.delete(name)


def test_everything_comes_back_after_everything_was_destroyed(visitor, tmp_path):
    before = everything()
    call_command("backup", tmp_path / "all.tar")
    destroy()
    assert not Photo.objects.exists()
    call_command("restore", tmp_path / "all.tar")
    assert everything() == before
    assert Photo.objects.get(name="Großmutter 1931.jpg").version is not None


def test_a_backup_holds_no_key_of_a_login(visitor, tmp_path):
    key = visitor.session.session_key
    call_command("backup", tmp_path / "all.tar")
    with tarfile.open(tmp_path / "all.tar") as tar:
        packed = tar.extractfile("rows.jsonl.gz")
        assert packed
        lines = gzip.decompress(packed.read()).decode()
    assert "grandchild@example.org" in lines
    assert key not in lines
    call_command("restore", tmp_path / "all.tar", "--replace")
    assert not Session.objects.exists()
    assert "Location" in visitor.get("/account/")


def test_logins_in_a_backup_of_an_earlier_version_are_left_out(visitor, tmp_path, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(rows, "PASSING", ())
        call_command("backup", tmp_path / "all.tar")
    call_command("restore", tmp_path / "all.tar", "--replace")
    assert not Session.objects.exists()
    assert User.objects.get().email == "grandchild@example.org"


def test_a_restored_site_is_another_installation_in_its_own_storage(visitor, tmp_path):
    installation.mark()
    before = Installation.objects.get().key
    call_command("backup", tmp_path / "all.tar")
    call_command("restore", tmp_path / "all.tar", replace=True)
    assert Installation.objects.get().key != before
    installation.check()


def test_a_restored_site_goes_on(visitor, tmp_path):
    call_command("backup", tmp_path / "all.tar")
    destroy()
    call_command("restore", tmp_path / "all.tar")
    visitor.force_login(User.objects.get())
    jobs = visitor.get("/api/v1/jobs/").json()["results"]
    assert {job["status"] for job in jobs} == {"succeeded", "queued"}
    sent = visitor.post("/api/v1/jobs/", {"image": pictures.upload()})
    assert sent.status_code == 201
    assert User.objects.create_user("next@example.org").pk > User.objects.earliest("pk").pk


def test_what_is_deleted_during_a_backup_does_not_come_back(visitor, tmp_path, monkeypatch):
    kept, gone = Photo.objects.order_by("created_at")
    guest = make.photo()
    leaving = User.objects.create_user("leaving@example.org")
    read = stored.read

    def read_and_delete(names):
        deletion.delete(gone)
        leaving.delete()
        yield from read(names)

    monkeypatch.setattr(stored, "read", read_and_delete)
    call_command("backup", tmp_path / "all.tar")
    monkeypatch.undo()
    destroy()
    call_command("restore", tmp_path / "all.tar")
    assert set(Photo.objects.values_list("pk", flat=True)) == {kept.pk, guest.pk}
    assert not User.objects.filter(email="leaving@example.org").exists()
    assert {name.split("/")[2] for name in stored.listing()} == {str(kept.pk)}


def test_what_is_sent_during_a_backup_is_of_no_harm(visitor, tmp_path, monkeypatch):
    before = everything()
    read = stored.read

    def read_and_send(names):
        visitor.post("/api/v1/jobs/", {"image": pictures.upload()})
        yield from read(names)

    monkeypatch.setattr(stored, "read", read_and_send)
    call_command("backup", tmp_path / "all.tar")
    monkeypatch.undo()
    destroy()
    call_command("restore", tmp_path / "all.tar")
    assert everything()[0] == before[0]


def test_microseconds_and_references_survive(tmp_path):
    user = User.objects.create_user("a@example.org")
    moment = datetime(1931, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)
    token = ApiToken.objects.create(user=user, name="t", expires_at=moment + timedelta(days=1))
    User.objects.filter(pk=user.pk).update(last_login=moment)
    call_command("backup", tmp_path)
    destroy()
    [made] = tmp_path.iterdir()
    call_command("restore", made)
    user.refresh_from_db()
    assert user.last_login == moment
    assert ApiToken.objects.get() == token


def test_a_place_in_use_is_not_written_over_by_mistake(visitor, tmp_path):
    call_command("backup", tmp_path / "all.tar")
    before = everything()
    make.photo()
    with pytest.raises(CommandError, match=r"There are 3 photos and 1 accounts here\. .*--replace"):
        call_command("restore", tmp_path / "all.tar")
    assert Photo.objects.count() == 3
    call_command("restore", tmp_path / "all.tar", replace=True)
    assert everything() == before


def test_a_running_site_is_not_restored(tmp_path):
    call_command("backup", tmp_path / "all.tar")
    workers.beat("one", {})
    with pytest.raises(CommandError, match="Workers are running"):
        call_command("restore", tmp_path / "all.tar")


@pytest.mark.parametrize("left", [0.3, 0.8])
def test_a_backup_cut_short_changes_nothing(visitor, tmp_path, left):
    path = tmp_path / "all.tar"
    call_command("backup", path)
    before = everything()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * left)])
    with pytest.raises(CommandError, match="is not a whole backup"):
        call_command("restore", path, replace=True)
    assert everything() == before


def test_a_backup_of_another_version_is_refused(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(rows, "migrations", lambda: ["jobs.0001_initial", "jobs.0099_future"])
        call_command("backup", tmp_path / "all.tar")
    with pytest.raises(CommandError, match=r"another version of the site.*jobs\.0099_future"):
        call_command("restore", tmp_path / "all.tar")


def test_a_backup_never_writes_over_another(tmp_path):
    path = tmp_path / "all.tar"
    call_command("backup", path)
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_backup_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def broken() -> dict[str, str]:
        raise OSError("the disk is gone")

    monkeypatch.setattr(stored, "listing", broken)
    with pytest.raises(CommandError, match="the disk is gone"):
        call_command("backup", tmp_path / "all.tar")
    assert list(tmp_path.iterdir()) == []


def test_a_storage_that_does_not_answer_is_one_line(tmp_path, settings):
    options = {"bucket_name": "gone", "endpoint_url": f"http://127.0.0.1:{free_port()}", **s3.KEYS}
    default = {"BACKEND": "colorweb.storage.s3.S3", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    with pytest.raises(CommandError, match="Could not connect to the endpoint"):
        call_command("backup", tmp_path / "all.tar")


def test_writers_do_not_wait_for_a_backup():
    with rows.one_moment():
        assert not Photo.objects.exists()
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("UPDATE jobs_queue SET paused = paused")
        other.close()


def test_only_what_belongs_in_it_is_in_it(visitor, tmp_path, settings):
    call_command("backup", tmp_path / "all.tar")
    with tarfile.open(tmp_path / "all.tar") as tar:
        names = tar.getnames()
    others = [name for name in names if not name.startswith(chain.FILES)]
    assert others == [chain.ABOUT, chain.ROWS, chain.LISTING, chain.END]
    assert settings.SECRET_KEY.encode() not in Path(tmp_path / "all.tar").read_bytes()


def files_in(path: Path) -> set[str]:
    with tarfile.open(path) as tar:
        return {name.removeprefix(chain.FILES) for name in tar.getnames() if chain.FILES in name}


def test_increments_hold_what_is_new_and_restore_all_of_it(visitor, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    first, second = folder / "colorweb-1.tar", folder / "colorweb-2.tar"
    call_command("backup", first)
    before = set(stored.listing())
    gone = Photo.objects.get(name="second.jpg")
    deletion.delete(gone)
    visitor.post("/api/v1/jobs/", {"image": pictures.upload("third.jpg")})
    call_command("backup", folder, increment=True)
    [made] = set(folder.iterdir()) - {first}
    made.rename(second)
    assert files_in(second) == set(stored.listing()) - before
    assert files_in(second)
    call_command("backup", folder, increment=True)
    [third] = set(folder.iterdir()) - {first, second}
    assert files_in(third) == set()
    there = everything()
    destroy()
    call_command("restore", third)
    assert everything() == there
    assert not any(str(gone.pk) in name for name in stored.listing())


def test_the_first_increment_is_a_full_backup(visitor, tmp_path):
    call_command("backup", tmp_path, increment=True)
    [made] = tmp_path.glob("*.tar")
    assert files_in(made) == set(stored.listing())


def written_again(content: bytes) -> chain.Listing:
    """What the storage holds after its one file was written again."""
    default_storage.delete("photos/00/a.jpg")
    default_storage.save("photos/00/a.jpg", ContentFile(content))
    return stored.listing()


def test_a_file_that_was_written_again_is_in_the_increment(tmp_path):
    default_storage.save("photos/00/a.jpg", ContentFile(b"first"))
    call_command("backup", tmp_path / "colorweb-1.tar")
    saved = stored.listing()
    wait_for(lambda: written_again(b"second") != saved, "the storage's clock to go on")
    call_command("backup", tmp_path, increment=True)
    [made] = set(tmp_path.glob("*.tar")) - {tmp_path / "colorweb-1.tar"}
    destroy()
    call_command("restore", made)
    assert default_storage.open("photos/00/a.jpg").read() == b"second"


def test_an_increment_without_the_backup_before_it_is_refused(visitor, tmp_path):
    first = tmp_path / "colorweb-1.tar"
    call_command("backup", first)
    call_command("backup", tmp_path, increment=True)
    [made] = set(tmp_path.glob("*.tar")) - {first}
    before = everything()
    first.rename(tmp_path / "elsewhere.tar")
    with pytest.raises(CommandError, match=r"holds only what is new since colorweb-1\.tar\. Put"):
        call_command("restore", made, replace=True)
    assert everything() == before
    other = tmp_path / "colorweb-1.tar"
    call_command("backup", other)  # another one of that name
    with pytest.raises(CommandError, match="holds only what is new since"):
        call_command("restore", made, replace=True)
    other.unlink()
    made.unlink()
    call_command("backup", tmp_path, increment=True)
    [full] = tmp_path.glob("colorweb-*.tar")
    assert files_in(full) == set(stored.listing())


def test_an_increment_goes_into_a_folder(tmp_path):
    with pytest.raises(CommandError, match="goes into the folder of the backups before it"):
        call_command("backup", tmp_path / "new.tar", increment=True)


def test_a_backup_of_an_earlier_format_comes_back(visitor, tmp_path):
    call_command("backup", tmp_path / "all.tar")
    before = everything()
    with tarfile.open(tmp_path / "all.tar") as new, tarfile.open(tmp_path / "old.tar", "w") as old:
        for entry in new:
            content = new.extractfile(entry)
            assert content
            if entry.name == chain.ABOUT:
                about = json.loads(content.read())
                packed = json.dumps({"format": 1, "migrations": about["migrations"]}).encode()
                entry.size, content = len(packed), io.BytesIO(packed)
            if entry.name != chain.LISTING:
                old.addfile(entry, content)
    destroy()
    call_command("restore", tmp_path / "old.tar")
    assert everything() == before
