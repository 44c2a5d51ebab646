"""A session alone makes nothing lasting: what outlives it asks for the password again."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from colorweb.accounts import tokens
from colorweb.accounts.models import ApiToken, User
from jobs.models import WebhookEndpoint
from jobs.webhooks import endpoints
from tests.accounts import PASSWORD, prove

pytestmark = pytest.mark.django_db

JSON = "application/json"
URL = {"url": "https://receiver.example/"}
OTHER = {"url": "https://thief.example/"}
ENDPOINT = "of a webhook"
API = [
    # method, URL name, its argument, body, status when it is allowed
    ("post", "api-tokens", "", {"name": "nightly"}, 201),
    ("post", "api-webhooks", "", URL, 201),
    ("patch", "api-webhook", ENDPOINT, OTHER, 200),
    ("post", "api-webhook-secret", ENDPOINT, {}, 200),
]
FORM = {**OTHER, "events": ["job.succeeded"]}
PAGES = [
    ("get", "account-token-make", "", {}, 200),
    ("post", "account-token-make", "", {"name": "x", "scopes": ["read"], "days": "30"}, 200),
    ("get", "account-webhook-make", "", {}, 200),
    ("post", "account-webhook-make", "", FORM, 200),
    ("post", "account-webhook", ENDPOINT, FORM, 302),
    ("post", "account-webhook-rotate", ENDPOINT, {}, 200),
    ("get", "account-export", "", {}, 200),
    ("get", "account-delete", "", {}, 200),
    ("post", "account_email", "", {"action_add": "", "email": "thief@example.org"}, 302),
]


@pytest.fixture
def bob() -> User:
    bob = User.objects.create_user("bob@example.org", PASSWORD)
    EmailAddress.objects.create(user=bob, email=bob.email, primary=True, verified=True)
    return bob


@pytest.fixture
def session(bob: User) -> Client:
    """A browser that is still logged in: its password was given long ago."""
    client = Client()
    client.force_login(bob)
    return client


def ask(client: Client, method: str, name: str, of: str, body: dict, **more: str):
    args = [WebhookEndpoint.objects.get().pk] if of else []
    return getattr(client, method)(reverse(name, args=args), body, **more)


def lasting(user: User) -> list:
    """All that opens something without the session."""
    addresses = user.emailaddress_set.values_list("email")  # type: ignore[attr-defined]
    return [*ApiToken.objects.values_list(), *WebhookEndpoint.objects.values_list(), *addresses]


@pytest.mark.parametrize("row", API, ids=[f"{row[0]} {row[1]}" for row in API])
def test_the_api_asks_sessions_for_the_password_and_tokens_for_none(row, bob, session):
    *request, allowed = row
    endpoints.create(bob, URL["url"], ["job.succeeded"])
    before = lasting(bob)
    refused = ask(session, *request, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_required")
    assert lasting(bob) == before
    prove(session)
    assert ask(session, *request, content_type=JSON).status_code == allowed
    _, secret = tokens.create(bob, "t", ["read", "write"])
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert ask(program, *request, content_type=JSON).status_code == allowed


@pytest.mark.parametrize("row", PAGES, ids=[f"{row[0]} {row[1]}" for row in PAGES])
def test_pages_ask_for_the_password(row, bob, session):
    *request, allowed = row
    endpoints.create(bob, URL["url"], ["job.succeeded"])
    before = lasting(bob)
    asked = ask(session, *request)
    assert (asked.status_code, asked["Location"].partition("?")[0]) == (
        302,
        "/account/reauthenticate/",
    )
    assert lasting(bob) == before
    prove(session)
    assert ask(session, *request).status_code == allowed


def test_the_secret_of_messages_is_not_told_to_a_session_alone(bob, session):
    assert session.get("/api/v1/me/").json()["webhook_secret"] is None
    prove(session)
    assert session.get("/api/v1/me/").json()["webhook_secret"]


def test_a_wrong_password_proves_nothing(bob, session):
    prove(session, "not it")
    answer = session.post("/api/v1/tokens/", {"name": "x"}, JSON)
    assert answer.json()["code"] == "reauthentication_required"


@pytest.mark.parametrize(
    "address",
    [
        "/admin/accounts/user/add/",
        "/admin/accounts/user/{user}/change/",
        "/admin/accounts/user/{user}/password/",
        "/admin/accounts/user/{user}/delete/",
        "/admin/auth/group/add/",
        "/admin/account/emailaddress/add/",
    ],
)
def test_the_console_asks_for_the_password_before_it_changes_accounts(address, bob, session):
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    asked = session.get(address.format(user=bob.pk))
    assert asked.status_code == 302
    assert asked["Location"].startswith("/account/reauthenticate/")
    prove(session)
    assert session.get(address.format(user=bob.pk)).status_code == 200


def test_the_consoles_own_password_page_has_the_limit_of_the_accounts(bob, session):
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    assert session.get("/admin/password_change/")["Location"] == "/account/password/change/"
    wrong = {"oldpassword": "guess", "password1": "n" * 20, "password2": "n" * 20}
    guesses = [session.post("/account/password/change/", wrong).status_code for _ in range(6)]
    assert guesses == [200] * 5 + [429]
