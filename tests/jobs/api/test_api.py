"""What the REST API promises."""

import uuid

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from colorweb.testing import pictures
from jobs.models import STORED_AS, Job, Photo, State
from jobs.queue import claims, states
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)


def post(client: Client, **fields):
    return client.post("/api/v1/jobs/", {"image": pictures.upload(), **fields})


def test_a_posted_photo_is_a_queued_job_with_its_addresses(client):
    answer = post(client)
    job = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == job["urls"]["self"]
    assert job["urls"]["self"] == f"http://testserver/api/v1/jobs/{job['id']}/"
    assert job["urls"]["socket"] == f"ws://testserver/ws/jobs/{job['id']}/"
    assert (job["status"], job["stage"], job["position"], job["progress"]) == (
        "queued",
        "waiting",
        1,
        0.0,
    )
    assert job["urls"]["result"] is None
    assert job["photo"] | {"id": "", "bytes": 0} == {
        "id": "",
        "name": "old.jpg",
        "title": "",
        "alt": "",
        "look": {"vividness": 1.0, "tones": 0.0, "revision": 0},
        "likes": 0,
        "width": 320,
        "height": 240,
        "format": "jpeg",
        "bytes": 0,
        "depth": 8,
        "pages": 1,
        "page": 1,
        "notes": [],
        "has_color": False,
        "visibility": "private",
    }


def test_a_photo_and_its_row_come_together(client):
    post(client)
    photo = Photo.objects.get()
    _, names = default_storage.listdir(photo.folder)
    kinds = [STORED_AS["gray_card"], STORED_AS["gray_preview"], "source"]
    assert sorted(names) == [f"{kind}.jpg" for kind in kinds]
    assert default_storage.open(photo.source).read() == pictures.encoded()


def test_what_is_not_a_photo_leaves_nothing_behind(client, settings):
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload("notes.jpg", b"dear diary")})
    problem = answer.json()
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["errors"][0]["attr"] == "image"
    assert problem["code"] == problem["errors"][0]["code"] == "not_a_photo"
    assert not Photo.objects.exists()
    assert not (settings.MEDIA_ROOT / "photos").exists()


def test_an_unknown_model_is_refused_by_name(client):
    answer = post(client, model="van-gogh")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_model")


def test_a_missing_photo_is_said(client):
    answer = client.post("/api/v1/jobs/", {})
    assert (answer.status_code, answer.json()["code"]) == (400, "required")


def test_a_guest_with_a_cookie_sees_only_his_own(client):
    job = post(client).json()
    assert client.get(job["urls"]["self"]).status_code == 200
    assert [found["id"] for found in client.get("/api/v1/jobs/").json()["results"]] == [job["id"]]
    stranger = Client()
    assert stranger.get(job["urls"]["self"]).status_code == 404
    assert stranger.get("/api/v1/jobs/").json()["results"] == []


def test_a_guest_without_cookies_goes_on_with_the_token():
    job = post(Client()).json()
    script = Client(headers={"Authorization": f"Bearer {job['guest_token']}"})
    assert script.get(job["urls"]["self"]).status_code == 200
    assert "guest_token" not in post(script).json()
    assert len(script.get("/api/v1/jobs/").json()["results"]) == 2


def test_a_changed_token_is_refused():
    answer = Client(headers={"Authorization": "Bearer nonsense"}).get("/api/v1/jobs/")
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_what_a_cookie_proves_needs_csrf_too():
    browser = Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})
    browser.get("/")
    browser.post(
        "/api/v1/jobs/",
        {"image": pictures.upload()},
        headers={"X-CSRFToken": browser.cookies["csrftoken"].value},
    )
    assert post(browser).status_code == 403
    browser.get("/")
    token = browser.cookies["csrftoken"].value
    answer = browser.post(
        "/api/v1/jobs/", {"image": pictures.upload()}, headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 201


def test_jobs_can_be_asked_for_by_their_ids(client):
    ids = [post(client).json()["id"] for _ in range(3)]
    stranger = post(Client()).json()["id"]
    found = client.get("/api/v1/jobs/", {"id": [ids[0], ids[2], stranger]}).json()
    assert {job["id"] for job in found["results"]} == {ids[0], ids[2]}
    assert found["next"] is None


def test_too_many_or_malformed_ids_are_refused(client):
    many = client.get("/api/v1/jobs/", {"id": [str(uuid.uuid4()) for _ in range(101)]})
    assert (many.status_code, many.json()["code"]) == (400, "max_length")
    wrong = client.get("/api/v1/jobs/", {"id": "7"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid")


def test_jobs_asked_for_by_ids_come_on_one_page(client):
    key = post(client).json()["id"]
    photo = Photo.objects.get()
    ids = [str(make.job(photo=photo).pk) for _ in range(59)] + [key]
    found = client.get("/api/v1/jobs/", {"id": ids}).json()
    assert (len(found["results"]), found["next"]) == (60, None)


def test_jobs_can_be_listed_by_status(client):
    waiting, ended = post(client).json(), post(client).json()
    client.post(ended["urls"]["cancel"])

    def listed(*status: str) -> set[str]:
        found = client.get("/api/v1/jobs/", {"status": status}).json()["results"]
        return {job["id"] for job in found}

    assert listed("queued") == {waiting["id"]}
    assert listed("queued", "canceled") == {waiting["id"], ended["id"]}
    assert client.get("/api/v1/jobs/", {"status": "lost"}).json()["code"] == "invalid_choice"


def test_a_deleted_photo_takes_everything_with_it(client):
    job = post(client).json()
    folder = Photo.objects.get().folder
    assert Client().delete(job["urls"]["self"]).status_code == 404
    assert client.delete(job["urls"]["self"]).status_code == 204
    assert client.get(job["urls"]["self"]).status_code == 404
    assert not default_storage.exists(folder)


def test_the_wish_to_publish_is_in_the_answer(client):
    assert post(client, visibility="public").json()["photo"]["visibility"] == "public"


def test_a_guest_learns_who_he_is_before_his_first_photo():
    me = Client().get("/api/v1/me/").json()
    assert (me["kind"], me["email"]) == ("guest", None)
    script = Client(headers={"Authorization": f"Bearer {me['guest_token']}"})
    assert "guest_token" not in script.get("/api/v1/me/").json()
    job = post(script).json()
    assert "guest_token" not in job
    assert script.get(job["urls"]["self"]).status_code == 200


def test_an_account_learns_who_it_is(django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_user("ada@example.org"))
    me = client.get("/api/v1/me/").json()
    assert (me["kind"], me["email"], me["is_staff"]) == ("account", "ada@example.org", False)
    assert "guest_token" not in me


def test_cancel_ends_a_waiting_job_and_once_only(client):
    job = post(client).json()
    canceled = client.post(job["urls"]["cancel"])
    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    again = client.post(job["urls"]["cancel"])
    assert (again.status_code, again.json()["code"]) == (409, "job_ended")


def test_retry_is_a_new_job_for_the_same_photo(client):
    job = post(client, vividness=1.5).json()
    client.post(job["urls"]["cancel"])
    ended = client.get(job["urls"]["self"]).json()
    again = client.post(ended["urls"]["retry"])
    assert again.status_code == 201
    assert again.json()["photo"]["id"] == job["photo"]["id"]
    assert again.json()["options"]["vividness"] == 1.5
    assert str(Job.objects.get(pk=again.json()["id"]).retried_from_id) == job["id"]


def test_a_running_job_is_not_retried(client):
    job = post(client).json()
    retry = client.post(f"/api/v1/jobs/{job['id']}/retry/")
    assert (retry.status_code, retry.json()["code"]) == (409, "job_not_ended")


def test_a_failed_job_says_why(client):
    job = post(client).json()
    claims.claim("test")
    states.change(
        Job.objects.get().pk, State.FAILED, fence=1, error_code="x", error_message="Because."
    )
    assert client.get(job["urls"]["self"]).json()["error"] == {"code": "x", "message": "Because."}


def test_there_is_no_result_before_there_is_one(client):
    job = post(client).json()
    answer = client.get(f"/api/v1/jobs/{job['id']}/result/")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_result")


def test_the_gallery_is_public_and_only_what_was_published(client):
    job = make.job(photo=make.photo())
    make.job(photo=make.photo())
    claims.claim("test", 1)
    states.change(job.pk, State.SUCCEEDED, fence=1, result="x")
    Photo.objects.filter(pk=job.photo_id).update(
        visibility="public", version=job, published_at="2026-01-01T00:00Z"
    )
    found = client.get("/api/v1/gallery/").json()["results"]
    assert [photo["id"] for photo in found] == [str(job.pk)]


def test_an_unknown_address_under_api_is_a_problem(client):
    answer = client.get("/api/v1/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


def test_a_fault_of_ours_is_said_in_the_visitors_language(monkeypatch):
    def breaks(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("jobs.photos.intake.accept", breaks)
    client = Client(raise_request_exception=False, headers={"Accept-Language": "ru"})
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload()})
    assert answer.status_code == 500
    assert answer.json()["code"] == "server_error"
    assert answer.json()["detail"].startswith("У нас что-то сломалось. ")
