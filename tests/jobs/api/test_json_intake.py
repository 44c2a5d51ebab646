"""A photo in JSON, or fetched from its address, is taken like one from a form."""

import base64
import json
import threading

import pytest
from django.test import Client

from colorweb.api.parsers import MAX_JSON_BYTES
from colorweb.testing import pictures
from colorweb.testing.waiting import wait_for
from jobs.models import Job, Photo
from jobs.photos import fetch
from tests.outsider import outsider

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings):
    """Somebody else's server with photos, at an address that may be called."""
    settings.URL_INTAKE = settings.OUTGOING_PRIVATE = settings.OUTGOING_HTTP = True
    with outsider() as server:
        server.answer = lambda handler: handler.respond(200, pictures.encoded())
        yield server


def post(client: Client, **fields):
    key = fields.pop("key", None)
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/jobs/", fields, "application/json", headers=headers)


def in_base64(content: bytes | None = None) -> str:
    return base64.b64encode(pictures.encoded() if content is None else content).decode()


def refused(answer, code: str, attr: str | None = None) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, code)
    assert attr is None or problem["errors"][0]["attr"] == attr
    assert not Photo.objects.exists()


@pytest.mark.parametrize("mark", ["", "data:image/jpeg;base64,"])
def test_a_photo_in_base64_is_a_job(client, mark):
    answer = post(client, image_base64=mark + in_base64(), name="a.jpg", vividness=1.5)
    assert answer.status_code == 201
    assert answer.json()["options"]["vividness"] == 1.5
    assert answer.json()["photo"]["name"] == "a.jpg"
    assert Photo.objects.get().bytes == len(pictures.encoded())


@pytest.mark.parametrize("text", ["a", "????", "é"])
def test_what_is_not_base64_is_refused(client, text):
    refused(post(client, image_base64=text), "invalid", "image_base64")


def test_base64_of_something_else_is_refused(client):
    refused(post(client, image_base64=in_base64(b"dear diary")), "not_a_photo", "image_base64")


def test_one_photo_has_to_be_there(client, server):
    refused(post(client), "required")
    refused(post(client, image_base64=in_base64(), image_url=server.url), "invalid")


def test_a_key_knows_the_photo_whichever_way_it_comes(script):
    form = {"image": pictures.upload()}
    first = script.post("/api/v1/jobs/", form, headers={"Idempotency-Key": "k"}).json()
    again = post(script, image_base64=in_base64(), key="k")
    assert (again.status_code, again.json()["id"]) == (200, first["id"])


@pytest.mark.parametrize("body", ["[" * 100_000, json.dumps([[]] * 20_000), '{"a":' * 5000])
def test_json_that_would_fill_the_memory_is_refused(client, body):
    answer = client.post("/api/v1/jobs/", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize("who", ["client", "browser", "script"])
def test_a_photo_of_many_megabytes_comes_in_json(who, request):
    padded = pictures.encoded() + bytes(20_000_000)
    answer = post(request.getfixturevalue(who), image_base64=in_base64(padded))
    assert answer.status_code == 201, answer.content
    assert Photo.objects.get().bytes == len(padded)


def test_json_has_an_end(client):
    body = json.dumps({"image_base64": "A" * MAX_JSON_BYTES})
    answer = client.post("/api/v1/jobs/", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_bytes")
    assert not Photo.objects.exists()


def test_too_many_files_in_a_form_are_a_problem_not_a_page(client):
    files = {"image": [pictures.upload(content=b"x") for _ in range(60)]}
    answer = client.post("/api/v1/jobs/", files)
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_a_photo_is_fetched(client, server):
    answer = post(client, image_url=f"{server.url}/old%20photos/a.jpg?size=full")
    assert answer.status_code == 201
    assert answer.json()["photo"]["name"] == "a.jpg"
    assert server.received[0].path == "/old%20photos/a.jpg?size=full"
    assert Photo.objects.get().bytes == len(pictures.encoded())


def test_fetching_is_off_until_it_is_allowed(client):
    refused(post(client, image_url="https://example.org/a.jpg"), "url_intake_off", "image_url")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nothing_private_is_fetched(client, server, settings, host):
    settings.OUTGOING_PRIVATE = False
    url = server.url.replace("127.0.0.1", host)
    refused(post(client, image_url=url), "url_refused", "image_url")
    assert not server.received


def test_a_redirect_is_followed_and_checked_too(client, server):
    def answer(handler):
        if handler.path == "/a.jpg":
            handler.respond(302, Location="/b.jpg")
        elif handler.path == "/b.jpg":
            handler.respond(200, pictures.encoded())
        else:
            handler.respond(302, Location="file:///etc/passwd")

    server.answer = answer
    assert post(client, image_url=f"{server.url}/a.jpg").json()["photo"]["name"] == "b.jpg"
    Photo.objects.all().delete()
    refused(post(client, image_url=f"{server.url}/c.jpg"), "url_refused")


def test_a_redirect_home_is_not_followed(client, server, settings, monkeypatch):
    """A public server that sends us on to a private one learns nothing."""
    monkeypatch.setattr("colorweb.http.outgoing.is_public", lambda address: address != "127.0.0.2")
    settings.OUTGOING_PRIVATE = False
    home = f"http://127.0.0.2:{server.server_port}/"
    server.answer = lambda handler: handler.respond(302, Location=home)
    refused(post(client, image_url=server.url), "url_refused")
    assert len(server.received) == 1


def test_redirects_have_an_end(client, server):
    server.answer = lambda handler: handler.respond(302, Location=handler.path)
    refused(post(client, image_url=server.url), "url_unreachable")
    assert len(server.received) == fetch.MAX_REDIRECTS + 1


def test_an_answer_without_a_photo_is_said(client, server):
    server.answer = lambda handler: handler.respond(404, b"<html>")
    refused(post(client, image_url=server.url), "url_unreachable", "image_url")
    server.answer = lambda handler: handler.respond(200, b"<html>")
    refused(post(client, image_url=server.url), "not_a_photo", "image_url")


def test_a_file_without_end_is_left(client, server, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    answer = post(client, image_url=server.url)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_bytes")


def test_a_slow_server_is_left(client, server, settings):
    settings.URL_INTAKE_SECONDS = 0.3
    enough = threading.Event()
    server.answer = lambda handler: enough.wait(10)
    refused(post(client, image_url=server.url), "url_unreachable")
    enough.set()


def test_slow_servers_of_one_visitor_delay_nobody_elses(server, settings, monkeypatch):
    monkeypatch.setattr(fetch, "PLACE_TIMEOUT", 0.1)
    enough = threading.Event()

    def slowly(handler):
        if handler.path == "/slow":
            enough.wait(60)
        handler.respond(200, pictures.encoded())

    server.answer = slowly
    answers = []
    fetching = [
        threading.Thread(
            target=lambda: answers.append(
                post(Client(), image_url=f"{server.url}/slow").status_code
            )
        )
        for _ in range(settings.URL_INTAKE_AT_ONCE // fetch.OWNER_SHARE)
    ]
    for thread in fetching:
        thread.start()
    wait_for(lambda: len(server.received) == len(fetching), "slow photos to be fetched")
    one_more = post(Client(), image_url=f"{server.url}/slow")
    assert (one_more.status_code, one_more.json()["code"]) == (503, "too_many_fetches")
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert post(elsewhere, image_url=f"{server.url}/quick").status_code == 201
    enough.set()
    for thread in fetching:
        thread.join(60)
    assert answers == [201] * len(fetching)


def test_a_photo_that_would_not_be_taken_is_not_fetched(client, server, settings):
    settings.QUEUE_MAX_WAITING = 0
    assert post(client, image_url=server.url).status_code == 503
    assert not server.received


def test_a_repeated_request_fetches_once(script, server):
    first = post(script, image_url=server.url, key="k")
    again = post(script, image_url=server.url, key="k")
    assert (first.status_code, again.status_code) == (201, 200)
    assert len(server.received) == Job.objects.count() == 1
