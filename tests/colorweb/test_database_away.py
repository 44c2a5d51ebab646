"""A request without a database is answered in words, and soon."""

import time
from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client
from django.utils import translation
from pytest_django import DjangoDbBlocker

from colorweb.postgresql.base import DatabaseWrapper
from colorweb.testing.ports import free_port


@pytest.fixture(autouse=True)
def no_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The site's database is a PostgreSQL that does not answer."""
    given = connections.databases["default"] | {
        "NAME": "colorweb",
        "USER": "colorweb",
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 10, "timeout": 3}},
    }
    before, away = connections["default"], DatabaseWrapper(given, "away")
    connections["default"] = away
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


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "cannot reach its database"), ("ru", "не может обратиться к базе данных")],
)
def test_people_get_a_page(visitor: Client, language: str, words: str) -> None:
    visitor.cookies["sessionid"] = "0123456789abcdef0123456789abcdef"
    answer = visitor.get("/", headers={"Accept-Language": language})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert words in answer.content.decode()
