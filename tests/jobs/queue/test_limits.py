"""Enough for everybody: rates, quotas, and a queue that has an end."""

from contextlib import suppress
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.settings import api_settings

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from colorweb.testing import pictures
from jobs.models import Job, Photo, Usage
from jobs.queue import claims, limits, usage
from tests.jobs import make

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
    span = usage.span_of(timezone.now())
    Usage.objects.update(since=span - timedelta(hours=23))
    answer = post(client)
    refused(answer, 429, "quota_exceeded")
    assert 3000 < int(answer["Retry-After"]) <= 4200
    Usage.objects.update(since=span - timedelta(hours=25))
    assert post(client).status_code == 201


def test_the_days_quota_remembers_deleted_photos(settings):
    settings.PHOTOS_A_DAY = {"guest": 2, "account": 2}
    ada = script(User.objects.create_user("ada@example.org"))
    for _ in range(2):
        job = post(ada).json()
        assert ada.delete(f"/api/v1/jobs/{job['id']}/?for_good=true").status_code == 204
    assert not Photo.objects.exists()
    answer = post(ada)
    assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
    assert ada.get("/api/v1/me/").json()["quotas"]["photos_a_day"] == {"used": 2, "limit": 2}


def test_no_owner_fills_more_than_a_tenth_of_the_queue(settings):
    settings.QUEUE_MAX_WAITING = 20
    assert [post(Client()).status_code for _ in range(3)] == [201, 201, 429]


def test_fifty_accounts_cannot_refuse_a_newcomer_the_first_photo(settings):
    settings.QUEUE_MAX_WAITING = 200
    for number in range(50):
        sender = Visitor(User.objects.create_user(f"{number}@example.org"), "", "192.0.2.1")
        with suppress(DomainError):
            while True:
                limits.check(sender)
                make.job(sender.queue_owner)
    assert Job.objects.count() == 100 + 45  # five fill a tenth each, then each has one
    newcomer = Client(REMOTE_ADDR="203.0.113.9")
    assert post(newcomer).status_code == 201
    answer = post(newcomer)
    assert (answer.status_code, answer.json()["code"]) == (503, "queue_full")
    assert "one at a time" in answer.json()["detail"]


def test_unconfirmed_accounts_of_one_network_share_quotas(settings):
    settings.PHOTOS_A_DAY = {"guest": 1, "account": 100}
    users = [
        User.objects.create_user(f"{number}@example.org", network="192.0.2.1")
        for number in range(3)
    ]
    elsewhere = User.objects.create_user("other@example.org", network="192.0.2.2")
    assert [post(script(user)).status_code for user in users] == [201] * 3
    answer = post(script(users[0]))
    assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
    quotas = script(users[0]).get("/api/v1/me/").json()["quotas"]
    assert quotas["photos_a_day"] == {"used": 3, "limit": 3}
    stored = sum(photo.stored_bytes for photo in Photo.objects.all())
    assert quotas["bytes_stored"]["used"] == stored
    assert post(script(elsewhere)).status_code == 201
    address = EmailAddress.objects.create(user=users[0], email=users[0].email)
    email_confirmed.send(EmailAddress, request=None, email_address=address)
    assert post(script(users[0])).status_code == 201


def test_a_new_account_shares_the_quotas_of_its_network(client):
    client.post(
        reverse("account_signup"),
        {"email": "new@example.org", "password1": "a long enough phrase"},
        REMOTE_ADDR="2001:db8:1:2:3::4",
    )
    user = User.objects.get(email="new@example.org")
    assert (user.network, user.is_confirmed) == ("2001:db8:1:2::/64", False)


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
