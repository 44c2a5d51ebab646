"""Real parts for every test: an embedded Valkey, a real database, a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial

import pytest
import redis

from colorweb import runtime
from colorweb.serve.programs import valkey_command
from tests.waiting import wait_for


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The browser's event loop stays in this process once it runs, so its tests come last.
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["VAR_DIR"], ignore_errors=True)
    shutil.rmtree(runtime.run_dir(), ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def valkey() -> Iterator[None]:
    """The embedded servers at the addresses that the settings name."""
    runtime.run_dir().mkdir(mode=0o700, parents=True, exist_ok=True)
    servers = []
    for name, policy in (("broker", "noeviction"), ("cache", "allkeys-lru")):
        command = valkey_command(runtime.run_dir() / f"{name}.sock", "64mb", policy)
        servers.append(subprocess.Popen(command, cwd=runtime.run_dir(), stdout=subprocess.DEVNULL))
    for url in (runtime.broker_url(), runtime.cache_url()):
        wait_for(partial(_answers, url), f"Valkey at {url}")
    yield
    for server in servers:
        server.terminate()
        server.wait(10)


@pytest.fixture(autouse=True)
def empty_valkey() -> None:
    """Nothing of an earlier test in the broker or the cache."""
    for url in (runtime.broker_url(), runtime.cache_url()):
        with redis.Redis.from_url(url) as client:
            client.flushall()


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False
