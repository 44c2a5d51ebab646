"""Real parts for every test: an embedded Valkey, a real database, a folder of its own."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.utils import translation

from colorweb import runtime
from colorweb.health import fitness
from colorweb.storage.s3 import S3
from colorweb.testing import postgres as postgres_server
from colorweb.testing import s3
from colorweb.testing import valkey as valkey_server

LONG = (
    *("test_restart", "test_killed_worker", "test_web_processes", "test_accounts"),
    *("test_api_docs", "test_mend", "test_pages_accessible", "test_pages_history"),
    *("test_pages_result", "test_pages_viewer", "test_photo_flow"),
)
"""Modules of e2e tests that take a minute: they start first, so that no process ends alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The browser's event loop stays in this process once it runs, so its tests come last.
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("e2e") is None:
        return 0
    return 1 if item.path.stem in LONG else 2


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["VAR_DIR"], ignore_errors=True)
    shutil.rmtree(runtime.run_dir(), ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def valkey() -> Iterator[None]:
    """The embedded servers at the addresses that the settings name."""
    runtime.run_dir().mkdir(mode=0o700, parents=True, exist_ok=True)
    servers = [
        valkey_server.start(runtime.run_dir() / f"{name}.sock", policy)
        for name, policy in (("broker", "noeviction"), ("cache", "allkeys-lru"))
    ]
    yield
    for server in servers:
        server.terminate()
        server.wait(60)


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Postgres]:
    """A real PostgreSQL; `databases.temporary(postgres.url)` is a database on it."""
    with postgres_server.server() as server:
        yield server


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real S3-compatible server."""
    with s3.server(tmp_path_factory.mktemp("s3") / "log") as url:
        yield url


@pytest.fixture
def bucket(s3_server: str) -> S3:
    """A new bucket."""
    storage = S3(bucket_name=uuid.uuid4().hex, endpoint_url=s3_server, **s3.KEYS)
    storage.make_bucket()
    return storage


@pytest.fixture(params=["folder", "bucket"])
def both_storages(request: pytest.FixtureRequest, settings: Any) -> None:
    """The test runs twice: over files in a folder, and over files in S3."""
    if request.param == "bucket":
        bucket = request.getfixturevalue("bucket")
        default = {
            "BACKEND": "colorweb.storage.s3.S3",
            "OPTIONS": {
                "bucket_name": bucket.bucket_name,
                "endpoint_url": bucket.endpoint_url,
                **s3.KEYS,
            },
        }
        settings.STORAGES = {**settings.STORAGES, "default": default}


@pytest.fixture(autouse=True)
def empty_media() -> None:
    """No file of an earlier test."""
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture(autouse=True)
def english() -> None:
    """Not the language of an earlier test's page."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def fit() -> None:
    """No doubt of an earlier test whether this process can work."""
    fitness.forget()


@pytest.fixture(autouse=True)
def empty_valkey() -> None:
    """Nothing of an earlier test in the broker or the cache."""
    for url in (runtime.broker_url(), runtime.cache_url()):
        with redis.Redis.from_url(url) as client:
            client.flushall()
