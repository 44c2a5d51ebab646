"""Enough for everybody: rates, quotas, and a queue that has an end."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from rest_framework.settings import api_settings

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.testing import pictures
from jobs.models import Job, Photo
from jobs.queue import claims

pytestmark = pytest.mark.django_db(transaction=True)


def post(client: Client, **headers: str):
    return client.post("/api/v1/jobs/", {"image": pictures.upload()}, headers=headers)


def script(user: User) -> Client:
    _, secret = tokens.create(user, "test", ["read", "write"])
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def rates(monkeypatch):
    """Sets the rate of a scope."""

    def rate(scope: str, value: str) -> None:
        monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, scope, value)

    return rate


def fields(header: str) -> dict[str, str]:
    """The parameters of a RateLimit header; its name as `name`."""
    name, *rest = header.split(";")
    return {"name": name, **dict(part.split("=") for part in rest)}


def test_every_answer_says_what_is_left(client, rates):
    rates("upload", "5/day")
    for left in (4, 3):
        answer = post(client)
        assert answer["RateLimit-Policy"] == '"upload";q=5;w=86400'
        policy = fields(answer["RateLimit"])
        assert (policy["name"], policy["r"]) == ('"upload"', str(left))
        assert 1 <= int(policy["t"]) <= 86400
    assert fields(client.get("/api/v1/jobs/")["RateLimit"])["name"] == '"request"'
    assert "RateLimit" in client.get(f"/api/v1/jobs/{Photo().pk}/")


def test_too_many_uploads_from_one_address_get_a_retry_after(rates):
    rates("upload", "1/day")
    assert post(Client()).status_code == 201
    answer = post(Client())
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert int(answer["Retry-After"]) > 0
    assert fields(answer["RateLimit"])["r"] == "0"
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert post(elsewhere).status_code == 201


def test_an_account_has_a_rate_of_its_own_for_all_its_tokens(rates):
    rates("upload", "1/day")
    ada = User.objects.create_user("ada@example.org")
    assert post(Client()).status_code == 201
    assert post(script(ada)).status_code == 201
    assert post(script(ada)).status_code == 429


def test_reading_too_much_is_throttled_too(client, rates):
    rates("request", "1/day")
    assert client.get("/api/v1/models/").status_code == 200
    assert client.get("/api/v1/models/").json()["code"] == "throttled"


def refused(answer, status: int, code: str) -> None:
    """The answer is that problem, and nothing of the photo was kept."""
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert int(answer["Retry-After"]) > 0
    assert Job.objects.count() == Photo.objects.count() == 1
    shards, _ = default_storage.listdir("photos")
    assert sum(len(default_storage.listdir(f"photos/{shard}")[0]) for shard in shards) == 1


def test_another_sites_name_is_reported_in_the_same_shape(client):
    answer = client.get("/api/v1/me/", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_full_queue_answers_503_and_keeps_nothing(client, settings):
    settings.QUEUE_MAX_WAITING = 1
    assert post(client).status_code == 201
    refused(post(client), 503, "queue_full")
    claims.claim("test")
    assert post(client).status_code == 201


def test_only_so_many_photos_of_one_owner_wait(client, settings):
    settings.PHOTOS_WAITING = {"guest": 1, "account": 2}
    assert post(client).status_code == 201
    refused(post(client), 429, "too_many_waiting")
    assert post(script(User.objects.create_user("ada@example.org"))).status_code == 201


def test_a_day_has_so_many_photos(client, settings):
    settings.PHOTOS_A_DAY = {"guest": 1, "account": 1}
    assert post(client).status_code == 201
    Job.objects.update(created_at=timezone.now() - timedelta(hours=23))
    answer = post(client)
    refused(answer, 429, "quota_exceeded")
    assert 3500 < int(answer["Retry-After"]) <= 3600
    Job.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert post(client).status_code == 201


def test_a_repeated_request_is_answered_even_when_nothing_more_is_taken(settings):
    token = Client().get("/api/v1/me/").json()["guest_token"]
    program = Client(headers={"Authorization": f"Bearer {token}"})
    headers = {"Idempotency-Key": "k"}
    job = post(program, **headers).json()
    settings.QUEUE_MAX_WAITING = 0
    again = post(program, **headers)
    assert (again.status_code, again.json()["id"]) == (200, job["id"])


def test_retrying_counts_as_sending(client, settings):
    job = post(client).json()
    client.post(job["urls"]["cancel"])
    settings.PHOTOS_A_DAY = {"guest": 1, "account": 1}
    refused(client.post(f"/api/v1/jobs/{job['id']}/retry/"), 429, "quota_exceeded")


def test_me_has_the_quotas(client, settings):
    settings.PHOTOS_A_DAY = {"guest": 7, "account": 9}
    post(client)
    assert client.get("/api/v1/me/").json()["quotas"] == {
        "photos_a_day": {"used": 1, "limit": 7},
        "photos_waiting": {"used": 1, "limit": settings.PHOTOS_WAITING["guest"]},
        "bytes_stored": {
            "used": Photo.objects.get().stored_bytes,
            "limit": settings.STORED_BYTES["guest"],
        },
    }


def test_the_page_says_so_beside_the_photo(client, settings):
    settings.PHOTOS_WAITING = {"guest": 1, "account": 1}
    answer = client.post("/", {"image": [pictures.upload("a.jpg"), pictures.upload("b.jpg")]})
    [error] = answer.context["upload_errors"]
    assert (error["name"], error["code"]) == ("b.jpg", "too_many_waiting")


def test_the_sample_says_so_on_a_page(client, settings):
    settings.QUEUE_MAX_WAITING = 0
    answer = client.post("/sample/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "text/html" in answer["Content-Type"]
