"""The same request sent twice makes one job."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connections
from django.test import Client
from django.utils import timezone

from colorweb.testing import pictures
from jobs.models import IdempotencyKey, Job, Photo, State
from jobs.photos import idempotency

pytestmark = pytest.mark.django_db(transaction=True)


def guest() -> Client:
    """A script with its guest token."""
    token = Client().get("/api/v1/me/").json()["guest_token"]
    return Client(headers={"Authorization": f"Bearer {token}"})


def post(client: Client, key: str, content: bytes | None = None, name: str = "a.jpg", **fields):
    return client.post(
        "/api/v1/jobs/",
        {"image": pictures.upload(name, content), **fields},
        headers={"Idempotency-Key": key},
    )


def test_the_same_key_and_body_is_the_same_job():
    script = guest()
    first, second = post(script, "k"), post(script, "k", name="renamed.jpg")
    assert (first.status_code, second.status_code) == (201, 200)
    volatile = {"eta_seconds": None}
    assert first.json() | volatile == second.json() | volatile
    assert first["Location"] == second["Location"]
    assert (Job.objects.count(), Photo.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "other", [{"vividness": 1.5}, {"content": pictures.encoded(seed=1)}, {"visibility": "public"}]
)
def test_the_same_key_with_another_body_is_a_conflict(other):
    script = guest()
    post(script, "k")
    answer = post(script, "k", **other)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")
    assert Job.objects.count() == 1


def test_a_key_belongs_to_who_sent_it():
    one, other = post(guest(), "k"), post(guest(), "k")
    assert (one.status_code, other.status_code) == (201, 201)
    assert one.json()["id"] != other.json()["id"]


def test_concurrent_duplicates_make_one_job_and_one_folder():
    script = guest()

    def send(_: int):
        try:
            return post(script, "k")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    shards, _ = default_storage.listdir("photos")
    folders = [name for shard in shards for name in default_storage.listdir(f"photos/{shard}")[0]]
    assert folders == [str(Photo.objects.get().pk)]


def test_a_retry_sent_again_is_the_same_job_and_names_its_original():
    script = guest()
    job = post(script, "k").json()
    Job.objects.update(state=State.CANCELED)

    def retry(key: str):
        return script.post(f"{job['urls']['self']}retry/", headers={"Idempotency-Key": key})

    first, again, other = retry("again"), retry("again"), retry("once more")
    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 201]
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]
    assert first.json()["retried_from"] == job["id"]
    assert retry("k").json()["code"] == "idempotency_conflict"


def test_another_page_of_a_file_is_another_request():
    script = guest()
    post(script, "k")
    assert post(script, "k", page="2").json()["code"] == "idempotency_conflict"


def test_what_was_refused_leaves_its_key_free():
    script = guest()
    assert post(script, "k", b"not a photo").status_code == 400
    assert post(script, "k").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ"])
def test_an_unusable_key_is_refused(key):
    answer = post(guest(), key)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["errors"][0]["attr"] == "Idempotency-Key"
    assert not Job.objects.exists()


def test_a_deleted_photo_frees_its_key():
    script = guest()
    job = post(script, "k").json()
    assert script.delete(job["urls"]["self"]).status_code == 204
    assert post(script, "k").status_code == 201


def test_keys_are_forgotten_after_a_day():
    script = guest()
    post(script, "old")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    post(script, "new")
    assert idempotency.sweep() == 1
    assert [key.key for key in IdempotencyKey.objects.all()] == ["new"]
    assert post(script, "old").status_code == 201
