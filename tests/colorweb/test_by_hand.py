"""Requests that no browser makes are refused or understood; none ends as a 500."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DataError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.http import urlsafe_base64_encode

from colorweb import keyset
from colorweb.accounts.models import User
from colorweb.errors import DomainError
from colorweb.http.unreadable import Unreadable
from jobs.models import Job, Photo, Report
from ml.resnet_gray.network.cards import CardError, read_card
from ml.versions import imports
from tests.accounts import EMAIL, PASSWORD
from tests.jobs import make

pytestmark = pytest.mark.django_db

DEEP = "[" * 100_000
CALENDAR = ["0001-01-01", "9999-12-31", "10000-01-01", "0000-00-00"]


@pytest.mark.parametrize("day", CALENDAR)
@pytest.mark.parametrize("field", ["since", "until"])
def test_the_calendar_has_ends(client, field, day):
    assert client.get("/history/", {field: day}).status_code == 200


def test_until_the_last_day_is_everything(client):
    make.job(photo=make.photo(guest=guest_of(client), name="harvest.jpg"))
    assert "harvest.jpg" in client.get("/history/", {"until": "9999-12-31"}).content.decode()


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_token_ends_within_the_calendar(client, moment):
    client.force_login(User.objects.create_user("bob@example.org"))
    body = {"name": "n", "expires_at": moment}
    answer = client.post("/api/v1/tokens/", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "overflow")


@pytest.mark.parametrize(
    "address",
    ["/%00", "/s/%00/", "/s/%00/picture", "/files/%00", "/history/%00/", "/api/v1/models/%00/"],
)
def test_no_address_has_a_nul(client, address):
    for method in (client.get, client.post):
        assert method(address).status_code in (401, 403, 404)


@pytest.mark.parametrize("query", ["q=%00", "page=%00", "%00=1", "model=%00", "order=a%00b"])
@pytest.mark.parametrize("page", ["/history/", "/gallery/", "/", "/trash/"])
def test_no_query_has_a_nul(client, page, query):
    assert client.get(f"{page}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["cursor=%00", "status=%00", "id=%00", "order=%00"])
@pytest.mark.parametrize("path", ["jobs", "gallery"])
def test_queries_of_the_api_are_refused_by_their_own_fields(client, path, query):
    assert client.get(f"/api/v1/{path}/?{query}").status_code in (200, 400, 404)


def test_texts_lose_their_nuls(client):
    job = make.published()
    Photo.objects.update(guest=guest_of(client))
    Job.objects.update(visitor_key=Photo.objects.get().visitor_key)
    client.post(f"/jobs/{job.pk}/words/", {"title": " Har\0vest\0 ", "alt": "\0"})
    client.post(f"/photos/{job.photo_id}/report/", {"reason": "other", "text": "a\0b"})
    assert list(Photo.objects.values_list("title", "alt")) == [("Harvest", "")]
    assert list(Report.objects.values_list("text", flat=True)) == ["ab"]


def test_a_value_that_the_database_refuses_is_the_requests_fault():
    request = RequestFactory().get("/api/v1/jobs/")
    unreadable = Unreadable(lambda _request: HttpResponse())
    answer = unreadable.process_exception(request, DataError("too large"))
    assert answer
    assert (answer.status_code, json.loads(answer.content)["code"]) == (400, "bad_request")
    assert unreadable.process_exception(request, ValueError()) is None


@pytest.mark.parametrize("text", [DEEP, '["after",' + DEEP, '["after", 1e999, 1]', "1" * 5000])
def test_a_cursor_made_by_hand_leads_nowhere(client, text):
    cursor = urlsafe_base64_encode(text.encode())
    answer = client.get("/api/v1/jobs/", {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")
    assert client.get("/gallery/", {"place": cursor}).status_code == 200
    with pytest.raises(keyset.NoSuchPlace):
        keyset.Paginator(Photo.objects.all(), "-created_at", 5).page(cursor)


@pytest.mark.parametrize(
    "header", [DEEP, json.dumps({"__metadata__": {"card": DEEP}}), '{"a":' * 50_000]
)
def test_a_deep_header_is_no_model(tmp_path, header):
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header.encode() + bytes(8))
    with pytest.raises(CardError):
        read_card(path)
    with pytest.raises(DomainError) as error:
        imports.check(path)
    assert error.value.code == "not_a_model"


@pytest.mark.django_db(transaction=True)
def test_signing_up_six_times_at_once_makes_one_account():
    barrier = threading.Barrier(6)

    def sign_up(_number: int) -> int:
        client = Client()
        client.get("/account/signup/")
        barrier.wait()
        try:
            body = {"email": EMAIL, "password1": PASSWORD}
            return client.post("/account/signup/", body).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        statuses = set(pool.map(sign_up, range(6)))
    assert statuses <= {200, 302}
    assert User.objects.count() == 1


def guest_of(client: Client) -> str:
    """The guest that this browser is."""
    client.get("/")
    return client.cookies["guest"].value.partition(":")[0]
