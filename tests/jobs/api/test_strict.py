"""Nothing that a request says is passed over in silence: it is done, or refused with its name."""

import base64
import gzip
import inspect
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from django.test import Client
from django.urls import URLPattern

from colorweb.api.base import View
from colorweb.api.serializers import StrictSerializer
from colorweb.asgi import application
from colorweb.testing import pictures
from jobs.api.urls import urlpatterns as of_photos
from jobs.models import Job, Photo
from ml.api.urls import urlpatterns as of_training
from tests.jobs import make

pytestmark = pytest.mark.django_db

JOBS = "/api/v1/jobs/"
JSON = "application/json"


@pytest.fixture
def photo(ada) -> Photo:
    return make.photo_of(ada)


def refused(answer) -> dict[str, str]:
    """What was refused of a request, each with its code."""
    assert answer.status_code == 400, answer.content
    return {error["attr"]: error["code"] for error in answer.json()["errors"]}


# Authorization


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Token abc", "Basic YTpi", "abc", "Bearer abc", "Bearer cw_abc"],
)
@pytest.mark.parametrize("path", ["me/", "gallery/", "jobs/"])
def test_what_cannot_be_read_as_a_token_is_401_and_no_new_guest(client, path, header):
    answer = client.get(f"/api/v1/{path}", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert "guest_token" not in answer.json()


def test_a_broken_token_does_not_leave_a_session_in_its_place(browser):
    assert browser.get("/api/v1/me/", headers={"Authorization": "Token x"}).status_code == 401


# Names


def test_unknown_fields_are_named_and_nothing_is_taken(script):
    fields = {"image": pictures.upload(), "vividnes": "1", "Model": "x"}
    answer = script.post(JOBS, fields)
    assert refused(answer) == {"vividnes": "unknown_field", "Model": "unknown_field"}
    assert "vividness" in answer.json()["detail"]
    assert not Job.objects.exists()


def test_unknown_fields_inside_of_others_are_named_too(script, photo):
    body = {"title": "x", "look": {"vivid": 1}}
    answer = script.patch(f"/api/v1/photos/{photo.pk}/", body, JSON)
    assert refused(answer) == {"look.vivid": "unknown_field"}


@pytest.mark.parametrize("path", ["jobs/", "gallery/", "models/", "me/", "photos/", "batches/"])
def test_unknown_parameters_are_named(script, path):
    answer = script.get(f"/api/v1/{path}?page=2&state=failed")
    assert refused(answer) == {"page": "unknown_parameter", "state": "unknown_parameter"}


def test_parameters_of_what_takes_none_are_named_at_changes_too(script):
    answer = script.post(f"{JOBS}?vividness=2", {"image": pictures.upload()})
    assert refused(answer) == {"vividness": "unknown_parameter"}


def test_fields_sent_to_what_takes_none_are_named(script, ada):
    address = f"{JOBS}{make.photo_of(ada, state='queued').newest_id}/cancel/"
    assert refused(script.post(address, {"reason": "x"}, JSON)) == {"reason": "unknown_field"}
    assert script.post(address, {}, JSON).status_code == 200


def test_the_token_of_a_page_is_no_unknown_field(script):
    fields = {"image": pictures.upload(), "csrfmiddlewaretoken": "x"}
    assert script.post(JOBS, fields).status_code == 201


def test_an_old_name_is_refused_with_the_new_one(script, photo):
    answer = script.post(JOBS, {"image": pictures.upload(), "size": "256"})
    assert refused(answer) == {"size": "renamed"}
    assert "network_size" in answer.json()["detail"]
    answer = script.get(f"/api/v1/photos/{photo.pk}/result/?size=256")
    assert refused(answer) == {"size": "renamed"}


def test_what_is_sent_twice_is_refused(script):
    both = [pictures.upload("a.jpg"), pictures.upload("b.jpg")]
    assert refused(script.post(JOBS, {"image": both})) == {"image": "repeated"}
    assert refused(script.get("/api/v1/gallery/?order=newest&order=likes")) == {"order": "repeated"}
    assert script.get(f"{JOBS}?status=failed&status=queued").status_code == 200


@pytest.mark.parametrize(
    "parameter", ["reference=", "created_before=", "status=", "cursor=", "status=failed&status="]
)
def test_an_empty_parameter_is_refused(script, parameter):
    name = parameter.partition("=")[0]
    assert refused(script.get(f"{JOBS}?{parameter}")) == {name: "blank"}


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"title": 1931}, "title"),
        ({"people": [7]}, "people"),
        ({"look": {"tones": False}}, "look.tones"),
        ({"look": {"vividness": "1.5"}}, "look.vividness"),
        ({"look": {"revision": True}}, "look.revision"),
    ],
)
def test_values_of_json_have_the_types_of_the_document(script, photo, body, attr):
    assert refused(script.patch(f"/api/v1/photos/{photo.pk}/", body, JSON)) == {attr: "invalid"}


@pytest.mark.parametrize("moment", [{}, 0, True])
def test_a_moment_is_a_text(script, moment):
    answer = script.post("/api/v1/tokens/", {"name": "x", "expires_at": moment}, JSON)
    assert refused(answer) == {"expires_at": "invalid"}


def test_a_list_of_ids_holds_ids(script, ada):
    album = script.post("/api/v1/albums/", {"title": "x"}, JSON).json()
    answer = script.put(album["urls"]["photos"], {"photos": [False]}, JSON)
    assert refused(answer) == {"photos": "invalid"}


def test_every_body_of_the_api_refuses_unknown_fields():
    views: list[type[View]] = [
        view
        for pattern in (*of_photos, *of_training)
        if isinstance(pattern, URLPattern)
        for view in [getattr(inspect.unwrap(pattern.callback), "view_class", None)]
        if view is not None
    ]
    lax = [
        (view.__name__, name, body)
        for view in views
        for name in ("post", "put", "patch", "delete")
        if (handler := getattr(view, name, None))
        for body in handler.taken.body.values()
        if isinstance(body, type) and not issubclass(body, StrictSerializer)
    ]
    assert len(views) > 50
    assert lax == []


# Bodies and answers


@pytest.mark.parametrize("path", ["jobs", "gallery", "photos", "batches", "archives"])
def test_a_cursor_that_no_page_gave_is_400(script, path):
    assert refused(script.get(f"/api/v1/{path}/?cursor=x")) == {"cursor": "invalid_cursor"}


@pytest.mark.parametrize("accept", ["application/problem+json", "*/*", "", "text/html, */*;q=0.1"])
def test_these_are_all_answered_in_json(client, accept):
    answer = client.get("/api/v1/models/", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, JSON)
    assert client.get("/api/v1/nothing/", headers={"Accept": accept}).status_code == 404


def test_what_no_answer_has_is_406(client):
    answer = client.get("/api/v1/models/", headers={"Accept": "application/xml"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_who_wants_a_picture_is_led_to_it(script, photo):
    answer = script.get(f"/api/v1/photos/{photo.pk}/result/", headers={"Accept": "image/jpeg"})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("post", "batches/", JSON),
        ("post", "archives/", "application/x-www-form-urlencoded"),
        ("post", "jobs/", "text/plain"),
        ("post", "webhooks/", "multipart/form-data; boundary=x"),
    ],
)
def test_another_type_of_body_is_415(script, method, path, kind):
    answer = script.generic(method.upper(), f"/api/v1/{path}", b"{}", kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_packed_body_is_refused_in_words(script):
    body = gzip.compress(json.dumps({"name": "x"}).encode())
    answer = script.generic(
        "POST", "/api/v1/albums/", body, JSON, headers={"Content-Encoding": "gzip"}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "Content-Encoding: gzip" in answer.json()["detail"]


def test_a_method_that_is_not_there_is_405_and_says_which_are(script):
    answer = script.put(JOBS, {}, JSON)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_programs_are_told_about_files_in_problem_details(script, photo):
    there, nowhere = f"/files/{photo.newest_id}/nothing", f"/archives/{photo.pk}/file"
    for path in (there, nowhere):
        answer = script.get(path, headers={"Accept": "*/*"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        answer = script.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
        assert answer["Content-Type"].startswith("text/html")
        answer = Client().get(path, headers={"Authorization": "Bearer x"})
        assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_a_cookie_jar_without_more_gets_along_as_a_guest():
    program = Client(enforce_csrf_checks=True)
    assert program.post(JOBS, {"image": pictures.upload()}).status_code == 201
    second = program.post(JOBS, {"image": pictures.upload()})
    assert second.status_code == 201
    assert len(program.get(JOBS).json()["results"]) == 2
    page = {"Origin": "http://testserver"}
    assert program.post(JOBS, {"image": pictures.upload()}, headers=page).status_code == 403


# As it comes through the server


@pytest.fixture
def http() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://testserver/api/v1"
    )


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 100_000):
        yield body[start : start + 100_000]


@pytest.mark.django_db(transaction=True)
async def test_paths_work_without_their_slash(http):
    answer = await http.post("/jobs", files={"image": pictures.encoded()})
    assert answer.status_code == 201
    token = {"Authorization": f"Bearer {answer.json()['guest_token']}"}
    assert len((await http.get("/jobs", headers=token)).json()["results"]) == 1
    job = f"/jobs/{answer.json()['id']}"
    assert (await http.post(f"{job}/cancel", headers=token)).json()["status"] == "canceled"
    assert (await http.get(f"{job}/nothing", headers=token)).status_code == 404


@pytest.mark.django_db(transaction=True)
async def test_chunked_bodies_are_read_in_every_form(http):
    photo = pictures.encoded()
    form = httpx.Request("POST", "http://x/", files={"image": ("a.jpg", photo)})
    kind = {"Content-Type": form.headers["Content-Type"]}
    sent = await http.post("/jobs/", content=pieces(form.read()), headers=kind)
    assert sent.status_code == 201

    text = json.dumps({"image_base64": base64.b64encode(photo).decode(), "name": "b.jpg"})
    kind = {"Content-Type": JSON, "Authorization": f"Bearer {sent.json()['guest_token']}"}
    sent = await http.post("/jobs/", content=pieces(text.encode()), headers=kind)
    assert (sent.status_code, sent.json()["photo"]["name"]) == (201, "b.jpg")

    address = sent.json()["urls"]["photo"]
    changed = await http.patch(address, content=pieces(b'{"title": "Harvest"}'), headers=kind)
    assert changed.json()["title"] == "Harvest"


@pytest.mark.django_db(transaction=True)
async def test_json_is_read_to_its_documented_size(http):
    kind = {"Content-Type": JSON}
    long = json.dumps({"image_base64": base64.b64encode(bytes(23_000_000)).decode()})
    answer = await http.post("/jobs/", content=long, headers=kind)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_a_photo")
    answer = await http.post("/jobs/", content=" " * 32_000_001, headers=kind)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_bytes")
