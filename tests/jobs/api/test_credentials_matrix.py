"""Every operation of the API against all ways to be known: who is let in, how others are refused.

What an operation may refuse with is read from the API's document, so a new one is asked here too.
"""

import re
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from jobs.models import WebhookEndpoint
from jobs.webhooks import endpoints
from tests.accounts import PASSWORD, prove
from tests.jobs import document

pytestmark = pytest.mark.django_db

SAFE, JSON = "get", "application/json"
SCOPES = ["read", "write", "staff"]
ACCOUNT, STAFF, PROOF = "not_authenticated", "permission_denied", "reauthentication_required"
ACCESS = {
    *(ACCOUNT, STAFF, PROOF, "authentication_failed", "insufficient_scope"),
    *("csrf_failed", "cross_site"),
}


class Operation(NamedTuple):
    """One of the API's, and the codes it documents."""

    name: str
    method: str
    path: str
    codes: set[str]

    def only_for(self, *codes: str) -> str:
        """The first of the codes that it documents; empty if it refuses nobody so."""
        return next((code for code in codes if code in self.codes), "")


def with_numbers(path: str, parameters: list[dict[str, Any]]) -> str:
    """The path with a number of nothing wherever an id is a number."""
    for one in parameters:
        if one["in"] == "path" and one["schema"]["type"] == "integer":
            path = path.replace(f"{{{one['name']}}}", "999999999")
    return path


def operations() -> Iterator[Operation]:
    for path, methods in document.read()["paths"].items():
        for method, one in methods.items():
            if method != "parameters":
                codes = {code for code in ACCESS if f"`{code}`" in str(one["responses"])}
                of_nothing = with_numbers(path, one.get("parameters", []))
                yield Operation(one["operationId"], method, of_nothing, codes)


ALL = list(operations())


def known_by(user: User, *scopes: str) -> Client:
    """A program with a token of theirs."""
    _, secret = tokens.create(user, "t", list(scopes))
    return Client(headers={"Authorization": f"Bearer {secret}"})


def logged_in(user: User, **options: Any) -> Client:
    """A browser whose password was given long ago."""
    client = Client(**options)
    client.force_login(user)
    return client


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann@example.org", PASSWORD)


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root@example.org", PASSWORD)


@pytest.fixture
def clients(ann: User, root: User) -> dict[str, Client]:
    withdrawn = known_by(ann, *SCOPES)
    ann.api_tokens.all().delete()
    proven = logged_in(ann)
    prove(proven)
    guest = Client().get("/api/v1/me/").json()["guest_token"]
    return {
        "withdrawn token": withdrawn,
        "guest": Client(headers={"Authorization": f"Bearer {guest}"}),
        "token to read": known_by(ann, "read"),
        "token": known_by(ann, "read", "write"),
        "token for staff of somebody else": known_by(ann, *SCOPES),
        "session alone": logged_in(ann),
        "proven session": proven,
        "page of another site": logged_in(root, headers={"Sec-Fetch-Site": "cross-site"}),
        "form without its token": logged_in(root, enforce_csrf_checks=True),
        "token of staff without the scope": known_by(root, "read", "write"),
        "token of staff": known_by(root, *SCOPES),
    }


def address(one: Operation, endpoint: WebhookEndpoint) -> str:
    """With that webhook's id, where there is one in it, and with ids of nothing."""
    path = one.path.replace("{endpoint_id}", str(endpoint.pk)).replace("{label}", "nothing")
    return re.sub(r"{\w+}", lambda _: str(uuid.uuid4()), path)


def expected(one: Operation) -> dict[str, str]:
    """The code with which each is refused; empty: is let in."""
    unsafe = one.method != SAFE
    for_account, for_staff = one.only_for(STAFF, ACCOUNT), one.only_for(STAFF)
    return {
        "withdrawn token": "authentication_failed",
        "guest": ACCOUNT if for_account else "",
        "token to read": "insufficient_scope" if unsafe else for_staff,
        "token": for_staff,
        "token for staff of somebody else": for_staff,
        "session alone": one.only_for(STAFF, PROOF),
        "proven session": for_staff,
        "page of another site": "cross_site" if unsafe else "",
        "form without its token": "csrf_failed" if unsafe else "",
        "token of staff without the scope": for_staff,
        "token of staff": "",
    }


@pytest.mark.parametrize("one", ALL, ids=[one.name for one in ALL])
def test_each_is_refused_as_the_document_says_or_let_in(one, ann, clients):
    found = {}
    for who, client in clients.items():
        endpoint, _secret = endpoints.create(ann, "https://receiver.example/", ["job.succeeded"])
        answer = client.generic(one.method.upper(), address(one, endpoint), b"{}", JSON)
        assert answer.status_code < 500
        code = answer.json()["code"] if answer.status_code in (401, 403) else ""
        found[who] = code
        endpoint.delete()
        if code:
            assert code in one.codes | {"authentication_failed", "insufficient_scope"}
        if one.method == SAFE:
            assert "public" not in answer["Cache-Control"]
    assert found == expected(one)
