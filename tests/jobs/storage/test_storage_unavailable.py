"""When the storage is unavailable, people are asked to come back, and nothing is half-made."""

import errno
from pathlib import Path

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from django.core.files.storage import default_storage
from django.test import Client

from colorweb.http.storage_unavailable import is_unavailable
from colorweb.storage.s3 import S3
from colorweb.testing import pictures, s3
from colorweb.testing.ports import free_port
from jobs.models import Batch, IdempotencyKey, Job, Photo
from jobs.photos import intake, unpacking
from tests.jobs.albums import ALBUM, archive, photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def use(settings):
    """Makes the site keep its files in the bucket of the S3 server at an address."""
    folder = settings.STORAGES

    def use(url: str | None) -> None:
        options = {"bucket_name": "photos", "endpoint_url": url, **s3.KEYS}
        bucket = {"BACKEND": "colorweb.storage.s3.S3", "OPTIONS": options}
        settings.STORAGES = {**folder, "default": bucket} if url else folder

    return use


def nobody() -> str:
    """An address where no server is."""
    return f"http://127.0.0.1:{free_port()}"


def post(client: Client, key: str = "k", **fields):
    fields = fields or {"image": pictures.upload()}
    return client.post("/api/v1/jobs/", fields, headers={"Idempotency-Key": key})


def test_an_upload_while_the_server_is_stopped_leaves_nothing(script, use, tmp_path: Path):
    with s3.server(tmp_path / "log") as url:
        S3(bucket_name="photos", endpoint_url=url, **s3.KEYS).make_bucket()
        use(url)
        assert post(script, "first").status_code == 201
    answer = post(script)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (503, "storage_unavailable")
    assert (answer["Retry-After"], answer["Content-Type"]) == ("30", "application/problem+json")
    assert "RateLimit" in answer
    assert [Photo.objects.count(), Job.objects.count(), IdempotencyKey.objects.count()] == [1] * 3
    use(None)
    assert post(script).status_code == 201, "the same request, once the storage is back"


def test_pages_and_files_say_that_it_passes(client, use):
    job = Job.objects.get(pk=post(client).json()["id"])
    use(nobody())
    russian = {"Accept-Language": "ru"}
    form = client.post("/", {"image": pictures.upload()}, headers=russian)
    file = client.get(f"/files/{job.pk}/gray_card")
    for answer in (form, file):
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Хранилище фотографий недоступно" in form.content.decode()
    assert Photo.objects.count() == 1


def test_of_a_batch_none_is_kept(script, use):
    use(nobody())
    for fields in ({"image": [photo("a.jpg"), photo("b.jpg", 1)]}, {"archive": archive(ALBUM)}):
        answer = script.post("/api/v1/batches/", fields)
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert not Batch.objects.exists()
    assert not Photo.objects.exists()


def test_a_batch_whose_storage_becomes_unavailable_reports_which_photos_are_missing(
    script, use, monkeypatch
):
    accept = intake.accept

    def accept_one(*args):
        job = accept(*args)
        use(nobody())
        return job

    monkeypatch.setattr(intake, "accept", accept_one)
    parts = [photo(f"{name}.jpg", seed) for seed, name in enumerate("abc")]
    answer = script.post("/api/v1/batches/", {"image": parts})
    batch = answer.json()
    assert (answer.status_code, batch["jobs"]["queued"], batch["refused"]) == (201, 1, 2)
    assert [(error["name"], error["code"]) for error in batch["errors"]] == [
        ("b.jpg", "storage_unavailable"),
        ("c.jpg", "storage_unavailable"),
    ]


def test_a_zip_waits_for_the_storage(script, use):
    script.post("/api/v1/batches/", {"archive": archive(ALBUM)})
    use(nobody())
    for _ in range(4):
        unpacking.unpack()
        batch = Batch.objects.get()
        assert (batch.state, batch.unpacked, batch.crash_count) == ("unpacking", 0, 0)
        Batch.objects.update(due_at=None)
    use(None)
    unpacking.unpack()
    assert (Photo.objects.count(), Batch.objects.get().errors) == (3, [])
    assert default_storage.exists(Photo.objects.all()[0].source)


def test_a_full_disk_counts_as_unavailable_storage_and_a_missing_file_is_not():
    assert is_unavailable(OSError(errno.ENOSPC, "No space left on device"))
    assert not is_unavailable(FileNotFoundError(errno.ENOENT, "No such file"))
    assert not is_unavailable(ValueError())


def test_a_storage_that_does_not_answer_in_time_is_unavailable():
    """botocore's errors of time are errors of the system, too, without a number."""
    assert is_unavailable(ReadTimeoutError(endpoint_url="http://127.0.0.1/", error=TimeoutError()))
    assert is_unavailable(ConnectTimeoutError(endpoint_url="http://127.0.0.1/"))
    assert not is_unavailable(FileNotFoundError("photo.jpg"))
