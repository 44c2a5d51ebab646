"""Requests that wait for something slow hold no database connection: others find one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from colorweb import runtime
from colorweb.runtime import REPOSITORY
from colorweb.testing import databases, pictures, s3
from colorweb.testing.ports import free_port
from colorweb.testing.postgres import Postgres
from colorweb.testing.waiting import wait_for

pytestmark = pytest.mark.long

UPLOADS = 12
PAGES = 30


def test_pages_are_served_while_uploads_wait_for_a_storage_that_hangs(
    postgres: Postgres, s3_server: str, tmp_path: Path
) -> None:
    with (
        ThreadPoolExecutor(UPLOADS) as pool,
        databases.temporary(postgres.url) as database,
        hanging_server() as hanging,
        web(tmp_path, database, s3_server, hanging) as address,
        httpx.Client(base_url=address, timeout=60) as visitor,
    ):
        uploads = [pool.submit(upload, address) for _ in range(UPLOADS)]
        for _ in range(PAGES):
            assert visitor.get("/api/v1/jobs/").status_code == 200
            assert visitor.get("/").status_code == 200
        assert not any(waiting.done() for waiting in uploads)


def upload(address: str) -> None:
    """Send a photo, and give up when the site ends."""
    try:
        httpx.post(f"{address}/api/v1/jobs/", files={"image": pictures.encoded()}, timeout=300)
    except httpx.TransportError:
        return


@contextmanager
def hanging_server() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def web(folder: Path, database: str, storage: str, hanging: str) -> Iterator[str]:
    """The web process alone, prepared with a storage that hangs afterwards."""
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "colorweb.settings",
        "VAR_DIR": str(folder),
        "SECRET_KEY": "a key of these tests alone",
        "PORT": str(port),
        "DATABASE_URL": database,
        "REDIS_URL": runtime.broker_url(),
        "CACHE_URL": runtime.cache_url(),
        "S3_BUCKET": "waiting",
        "S3_ACCESS_KEY_ID": s3.KEYS["access_key"],
        "S3_SECRET_ACCESS_KEY": s3.KEYS["secret_key"],
    }
    serve = [sys.executable, "-m", "colorweb.serve"]
    prepared = {**environment, "S3_ENDPOINT_URL": storage}
    subprocess.run([*serve, "prepare"], cwd=REPOSITORY, env=prepared, check=True)
    address = f"http://127.0.0.1:{port}"
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [*serve, "web"],
            cwd=REPOSITORY,
            env={**environment, "S3_ENDPOINT_URL": hanging},
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(lambda: is_alive(address), "the web to answer", 120)
        yield address
    finally:
        process.kill()
        process.wait(60)


def is_alive(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False
