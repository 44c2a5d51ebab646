"""A database of its own on the PostgreSQL of TEST_DATABASE_URL."""

from __future__ import annotations

import os
import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg


def create() -> str | None:
    """The address of a new database; None where there is no PostgreSQL to test with."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        return None
    parts = urlsplit(server)
    url = urlunsplit(parts._replace(path=f"{parts.path}_{uuid.uuid4().hex[:12]}"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_name_of(url)}".encode())
    return url


def drop(url: str) -> None:
    """Drops a database of `create`, with connections to it still open."""
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as server:
        server.execute(f"DROP DATABASE {_name_of(url)} WITH (FORCE)".encode())


def _name_of(database: str) -> str:
    return urlsplit(database).path.lstrip("/")
