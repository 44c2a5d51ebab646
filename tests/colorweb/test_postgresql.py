"""The pool of connections to PostgreSQL."""

import pytest
from django.db import connections

from colorweb.postgresql.base import DatabaseWrapper
from colorweb.testing.postgres import Postgres

pytestmark = pytest.mark.django_db

POOLED = 8  # more than psycopg would try one by one within the time a request waits


def test_all_connections_that_a_restart_has_ended_are_replaced_at_once(postgres: Postgres) -> None:
    given = connections.databases["default"] | {
        "NAME": "postgres",
        "USER": "postgres",
        "HOST": "127.0.0.1",
        "PORT": str(postgres.port),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": POOLED, "timeout": 10}},
    }
    wrappers = [DatabaseWrapper(given, "pooled") for _ in range(POOLED)]
    for wrapper in wrappers:
        wrapper.ensure_connection()
    for wrapper in wrappers:
        wrapper.close()
    postgres.restart()
    try:
        with wrappers[0].cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
    finally:
        wrappers[0].close()
        wrappers[0].close_pool()
