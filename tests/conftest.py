"""Real parts for every test: an embedded Valkey, a real database, a folder of its own."""

from __future__ import annotations

import gc
import os
import shutil
import uuid
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import redis
from channels.layers import channel_layers
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import translation
from xdist.scheduler import LoadFileScheduling

from colorweb import runtime
from colorweb.health import fitness
from colorweb.storage.s3 import S3
from colorweb.testing import postgres as postgres_server
from colorweb.testing import s3
from colorweb.testing import valkey as valkey_server

E2E = "tests/e2e/"
LONG = (
    *("test_web_processes", "test_restart", "test_run", "test_clients", "test_serve_refusals"),
    *("test_colorize", "test_revoked", "test_evaluations", "test_access_matrix", "test_upgrade"),
    *("test_backup", "test_train_command", "test_index_migrations", "test_openapi"),
)
"""Other modules that take long: they start next, so that no process ends alone."""


class Scheduling(LoadFileScheduling):
    """A module's tests stay in one process; those in tests/e2e all do, for they share a site."""

    def _split_scope(self, nodeid: str) -> str:
        return E2E if nodeid.startswith(E2E) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """One process runs tests/e2e, the others all else beside it."""
    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Any:
    """What it makes stays: no search for garbage goes through it, then or later."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    return collected


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.nodeid.startswith(E2E):
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
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What each flush asks of every app, content types and permissions, is written from a copy."""
    with django_db_blocker.unblock():
        types, permissions = [*ContentType.objects.all()], [*Permission.objects.all()]

    def write(*_arguments: Any, **_options: Any) -> None:
        ContentType.objects.bulk_create(types)
        Permission.objects.bulk_create(permissions)

    with patch("django.core.management.commands.flush.emit_post_migrate_signal", write):
        yield


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
def own_channel_layer() -> None:
    """Not an earlier test's: locks that it was canceled at are bound to its event loop."""
    channel_layers.backends.clear()


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
