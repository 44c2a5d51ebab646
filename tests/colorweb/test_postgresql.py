"""The pool of connections to PostgreSQL."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connections

from colorweb.postgresql.base import DatabaseWrapper
from colorweb.testing.postgres import Postgres

pytestmark = pytest.mark.django_db

POOLED = 8  # more than psycopg would try one by one within the time a request waits


@contextmanager
def pooled(postgres: Postgres, count: int) -> Iterator[list[DatabaseWrapper]]:
    """What so many threads use, over one pool."""
    given = connections.databases["default"] | {
        "NAME": "postgres",
        "USER": "postgres",
        "HOST": "127.0.0.1",
        "PORT": str(postgres.port),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": POOLED, "timeout": 3}},
    }
    wrappers = [DatabaseWrapper(given, "pooled") for _ in range(count)]
    try:
        yield wrappers
    finally:
        for wrapper in wrappers:
            wrapper.close()
        wrappers[0].close_pool()


def test_all_connections_that_a_restart_has_ended_are_replaced_at_once(postgres: Postgres) -> None:
    with pooled(postgres, POOLED) as wrappers:
        for wrapper in wrappers:
            wrapper.ensure_connection()
        for wrapper in wrappers:
            wrapper.close()
        postgres.restart()
        with wrappers[0].cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)


def test_nobody_waits_long_for_a_server_that_is_away(postgres: Postgres) -> None:
    with pooled(postgres, 2) as wrappers:
        wrappers[0].ensure_connection()
        wrappers[0].close()
        postgres.stop()
        try:
            for wrapper in wrappers:  # the first finds a dead connection, the second none
                began = time.monotonic()
                with pytest.raises(OperationalError):
                    wrapper.ensure_connection()
                assert time.monotonic() - began < 8
        finally:
            postgres.start()


def test_who_finds_the_pool_in_use_waits_longer_than_for_a_server_that_is_away(
    postgres: Postgres,
) -> None:
    with pooled(postgres, POOLED + 1) as wrappers:
        *busy, late = wrappers
        for wrapper in busy:
            wrapper.ensure_connection()
        # Django lets no other thread close it.
        giving_back = threading.Timer(5, busy[0].connection._pool.putconn, [busy[0].connection])
        giving_back.start()
        late.ensure_connection()
        busy[0].connection = None
        giving_back.join()
