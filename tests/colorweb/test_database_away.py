"""A request without a database is answered in words, and soon."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connections
from django.test import Client
from django.utils import translation
from pytest_django import DjangoDbBlocker

from colorweb.asgi import application
from colorweb.http import streams
from colorweb.postgresql.base import DatabaseWrapper
from colorweb.testing.ports import free_port

LIMIT = 60.0
"""Seconds, for a busy machine."""


@pytest.fixture(autouse=True)
def no_database(
    django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The site's database is a PostgreSQL that does not answer."""
    given = connections.databases["default"] | {
        "ENGINE": "colorweb.postgresql",
        "NAME": "colorweb",
        "USER": "colorweb",
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 10, "timeout": 3}},
    }
    before, away = connections["default"], DatabaseWrapper(given, "away")
    connections["default"] = away
    # Other threads have connections of their own.
    monkeypatch.setitem(connections.databases, "default", given)
    monkeypatch.setattr(streams, "_threads", ThreadPoolExecutor(1))
    with django_db_blocker.unblock(), translation.override("en"):
        yield
    connections["default"] = before
    away.close_pool()


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("path", ["/api/v1/jobs/", "/api/v1/public/", "/api/v1/me/"])
def test_programs_get_a_problem_and_when_to_try_again(visitor: Client, path: str) -> None:
    began = time.monotonic()
    answer = visitor.get(path, headers={"Authorization": "Bearer cw_unknown"})
    assert time.monotonic() - began < 8
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"


@pytest.mark.parametrize("path", ["/api/v1/datasets/", "/admin/ml/dataset/add/"])
async def test_senders_of_large_files_get_an_answer_before_anybody_reads_them(path: str) -> None:
    """How large they may be depends on who sends them, which the database knows."""
    headers = [(b"authorization", b"Bearer cw_unknown"), (b"content-length", b"900000000")]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b""}
    upload = ApplicationCommunicator(application, {**scope, "headers": headers})
    await upload.send_input({"type": "http.request", "body": b"x", "more_body": True})
    start, body = [await upload.receive_output(LIMIT) for _ in range(2)]
    assert start["status"] == 503
    assert dict(start["headers"])[b"retry-after"] == b"5"
    assert b"cannot reach its database" in body["body"]
    await upload.wait(LIMIT)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "cannot reach its database"), ("ru", "не может обратиться к базе данных")],
)
def test_people_get_a_page(visitor: Client, language: str, words: str) -> None:
    visitor.cookies["sessionid"] = "0123456789abcdef0123456789abcdef"
    answer = visitor.get("/", headers={"Accept-Language": language})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    page = answer.content.decode()
    assert words in page
    assert '<a class="button primary" href="">' in page  # to try again
