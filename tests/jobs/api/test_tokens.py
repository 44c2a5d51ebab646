"""What API tokens promise."""

import uuid
from datetime import datetime, timedelta

import pytest
from channels.testing import WebsocketCommunicator
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from colorweb.accounts import tokens
from colorweb.accounts.models import ApiToken, User
from colorweb.asgi import application
from colorweb.testing import pictures
from jobs.api.urls import urlpatterns
from jobs.models import Job
from tests.accounts import prove

pytestmark = pytest.mark.django_db(transaction=True)

ALL = ("read", "write")


def script(user: User, scopes=ALL, **more) -> Client:
    """A program with a token."""
    _, secret = tokens.create(user, "test", scopes, **more)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def post(client: Client, **fields):
    return client.post("/api/v1/jobs/", {"image": pictures.upload(), **fields})


def create(client: Client, **fields):
    body = {"name": "nightly", **fields}
    return client.post("/api/v1/tokens/", body, content_type="application/json")


def test_a_token_is_shown_once_and_kept_as_a_hash(ada):
    browser = Client()
    browser.force_login(ada)
    made = create(browser)
    secret = made.json()["token"]
    assert (made.status_code, secret[:3], made.json()["scopes"]) == (201, "cw_", ["read", "write"])
    [listed] = browser.get("/api/v1/tokens/").json()["results"]
    assert listed == {key: value for key, value in made.json().items() if key != "token"}
    row = ApiToken.objects.values().get()
    assert secret not in str(row)
    assert secret.startswith(row["prefix"])


def test_a_token_acts_for_its_account_without_csrf(ada):
    _, secret = tokens.create(ada, "test", ALL)
    header = {"Authorization": f"Bearer {secret}"}
    program = Client(enforce_csrf_checks=True, headers=header)
    job = post(program)
    assert job.status_code == 201
    assert "guest_token" not in job.json()
    assert Job.objects.get().photo.owner == ada
    assert Job.objects.get().queue_owner == f"user:{ada.pk}"
    browser = Client()
    browser.force_login(ada)
    assert browser.get(job.json()["urls"]["self"]).status_code == 200
    assert program.get("/api/v1/me/").json()["email"] == "ada@example.org"


def test_a_token_opens_the_files_too(ada):
    program = script(ada)
    card = post(program).json()["urls"]["gray_card"]
    assert program.get(card).status_code == 200
    assert Client().get(card).status_code == 404


def test_a_header_counts_before_a_cookie(ada):
    bob = User.objects.create_user("bob@example.org")
    _, secret = tokens.create(bob, "test", ALL)
    browser = Client()
    browser.force_login(ada)
    me = browser.get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"}).json()
    assert me["email"] == "bob@example.org"


def unknown(user: User) -> str:
    return "cw_" + "x" * 43


def withdrawn(user: User) -> str:
    token, secret = tokens.create(user, "test", ALL)
    token.delete()
    return secret


def expired(user: User) -> str:
    return tokens.create(user, "test", ALL, timezone.now() - timedelta(seconds=1))[1]


def of_a_closed_account(user: User) -> str:
    secret = tokens.create(user, "test", ALL)[1]
    User.objects.update(is_active=False)
    return secret


@pytest.mark.parametrize("bad", [unknown, withdrawn, expired, of_a_closed_account])
def test_a_token_that_is_no_good_opens_nothing(ada, bad):
    header = {"Authorization": f"Bearer {bad(ada)}"}
    answer = Client(headers=header).get("/api/v1/jobs/")
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_a_token_may_do_what_its_scopes_say(ada):
    job = post(script(ada)).json()
    reader, writer = script(ada, ["read"]), script(ada, ["write"])
    assert reader.get(job["urls"]["self"]).status_code == 200
    for refused in (
        post(reader),
        reader.delete(job["urls"]["self"]),
        reader.post(job["urls"]["cancel"]),
        writer.get(job["urls"]["self"]),
        writer.get("/api/v1/jobs/"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert writer.get(job["urls"]["gray_card"]).status_code == 403
    assert post(writer).status_code == 201


async def test_a_socket_needs_the_scope_to_read(ada_token):
    headers = [
        (b"host", b"127.0.0.1"),
        (b"origin", b"http://127.0.0.1"),
        (b"authorization", f"Bearer {ada_token}".encode()),
    ]
    page = WebsocketCommunicator(application, "/ws/me/", headers)
    assert await page.connect(60) == (False, 4403)
    await page.disconnect(timeout=60)


@pytest.fixture
def ada_token(ada) -> str:
    return tokens.create(ada, "test", ["write"])[1]


def test_being_staff_takes_the_account_and_the_scope(ada):
    chief = User.objects.create_user("chief@example.org", is_staff=True)

    def is_staff(user: User, *scopes: str) -> bool:
        return script(user, ["read", *scopes]).get("/api/v1/me/").json()["is_staff"]

    assert is_staff(chief, "staff")
    assert not is_staff(chief)
    assert not is_staff(ada, "staff")


def test_nobody_gives_a_token_more_than_they_have(ada):
    browser = Client()
    browser.force_login(ada)
    assert create(browser, scopes=["staff"]).json()["code"] == "insufficient_scope"
    writer = script(ada, ["write"])
    assert create(writer, scopes=["read"]).json()["code"] == "insufficient_scope"
    assert create(writer, scopes=["write"]).status_code == 201


def test_a_token_makes_none_that_outlives_it(ada):
    end = timezone.now() + timedelta(days=1)
    program = script(ada, expires_at=end)
    for later in (None, (end + timedelta(seconds=1)).isoformat()):
        answer = create(program, expires_at=later)
        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "expires_at")
    assert create(program, expires_at=end.isoformat()).status_code == 201


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": ""}, "blank"),
        ({"name": "x" * 101}, "max_length"),
        ({"scopes": []}, "empty"),
        ({"scopes": ["everything"]}, "invalid_choice"),
        ({"scopes": "read"}, "not_a_list"),
        ({"expires_at": "2001-01-01T00:00Z"}, "invalid"),
    ],
)
def test_a_senseless_token_is_refused(ada, fields, code):
    answer = create(script(ada), **fields)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_guests_have_no_tokens_of_accounts():
    for answer in (Client().get("/api/v1/tokens/"), create(Client())):
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_tokens_have_a_number(ada, monkeypatch):
    monkeypatch.setattr("colorweb.accounts.tokens.MAX_TOKENS", 1)
    answer = create(script(ada))
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_tokens")


def test_a_withdrawn_token_is_gone(ada):
    program = script(ada)
    made = create(program).json()
    assert program.delete(f"/api/v1/tokens/{made['id']}/").status_code == 204
    other = Client(headers={"Authorization": f"Bearer {made['token']}"})
    assert other.get("/api/v1/jobs/").status_code == 401


def test_last_use_is_noted_at_intervals(ada):
    def used() -> datetime:
        assert program.get("/api/v1/me/").status_code == 200
        found = ApiToken.objects.get().last_used_at
        assert found
        return found

    program = script(ada)
    first = used()
    assert timezone.now() - first < timedelta(minutes=1)
    assert used() == first
    ApiToken.objects.update(last_used_at=first - tokens.LAST_USED_PRECISION)
    assert used() > first


def test_anothers_things_are_not_there_at_any_endpoint(ada):
    """Every address with an id, with every method it knows."""
    program = script(ada)
    job = post(program).json()
    token = create(program).json()
    stranger = script(User.objects.create_user("eve@example.org"))
    tried = 0
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        if "<" not in route:
            continue
        path = route.replace("<uuid:job_id>", job["id"]).replace("<int:token_id>", str(token["id"]))
        view = vars(pattern.callback)["cls"]
        for method in set(view.http_method_names) - {"options", "trace"}:
            if hasattr(view, method):
                answer = getattr(stranger, method)(f"/api/v1/{path}")
                assert answer.status_code == 404, f"{method} {path}"
                tried += 1
    assert tried >= 7
    assert Job.objects.filter(pk=uuid.UUID(job["id"]), state="queued").exists()
    assert ApiToken.objects.filter(pk=token["id"]).exists()
    for kind in ("gray_preview", "gray_card"):
        assert stranger.get(job["urls"][kind]).status_code == 404
    assert stranger.get("/api/v1/jobs/", {"id": job["id"]}).json()["results"] == []


def test_the_admin_shows_tokens_and_makes_none(ada, admin_client):
    token, _ = tokens.create(ada, "nightly", ALL)
    prove(admin_client, "password")
    page = admin_client.get(f"/admin/accounts/apitoken/{token.pk}/change/").content.decode()
    assert token.prefix in page
    assert token.digest not in page
    assert ApiToken in admin.site._registry
    assert admin_client.get("/admin/accounts/apitoken/add/").status_code == 403


def test_times_are_given_with_their_zone(ada):
    made = create(script(ada), expires_at="2099-01-01T01:00+01:00").json()
    assert made["expires_at"] == "2099-01-01T00:00:00Z"
