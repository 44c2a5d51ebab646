"""Indexes for large tables: made beside writers, made again, and searched by where it may be."""

import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from colorweb.testing import databases
from colorweb.testing.postgres import Postgres

VALID = "SELECT indexrelid::regclass::text FROM pg_index WHERE indisvalid"
INVALIDATE = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'job_created'::regclass"
FIND = "SELECT 1 FROM jobs_photo WHERE name ~* 'ab12' OR title ~* 'ab12'"
INDEXES = {"job_created", "photo_history_sees", "photo_trigrams", "account_trigrams"}
TRIGRAMS = {name for name in INDEXES if "trigrams" in name}


def migrate(url: str, *names: str) -> str:
    """Output of `manage.py migrate`, in a process of its own."""
    code = (
        "import os, sys; os.environ['TEST_DATABASE_URL'] = sys.argv[1]; "
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'colorweb.testing.settings'; import django; "
        "django.setup(); from django.core.management import call_command; "
        "call_command('migrate', *sys.argv[2:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, url, *names],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    with databases.temporary(postgres.url) as url:
        yield url


def indexes(connection: psycopg.Connection) -> set[str]:
    return INDEXES & {row[0] for row in connection.execute(VALID)}


def test_searching_on_postgresql_uses_trigrams(database):
    migrate(database)
    with psycopg.connect(database, autocommit=True) as connection:
        assert indexes(connection) == INDEXES
        connection.execute("SET enable_seqscan = off")
        plan = str(connection.execute(f"EXPLAIN {FIND}").fetchall())
    assert "photo_trigrams" in plan


def test_an_index_that_a_cut_has_left_invalid_is_made_again(database):
    migrate(database)
    migrate(database, "jobs", "0039")  # without those that were added later
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DELETE FROM django_migrations WHERE name = '0039_large_lists'")
        connection.execute(INVALIDATE)
        assert "job_created" not in indexes(connection)
        migrate(database, "jobs", "0039")
        assert indexes(connection) == INDEXES
    migrate(database, "jobs", "0038")
    migrate(database)


def test_a_role_without_the_right_to_extensions_reads_what_to_run(database):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE ROLE plain LOGIN")
        connection.execute("GRANT ALL ON SCHEMA public TO plain")
    try:
        place = urlsplit(database)
        said = migrate(place._replace(netloc=place.netloc.replace("postgres@", "plain@")).geturl())
        with psycopg.connect(database, autocommit=True) as connection:
            assert indexes(connection) == INDEXES - TRIGRAMS
            assert said.count("Searching reads all rows: this database has no pg_trgm") == 2
            lines = [line.strip() for line in said.splitlines() if "gin_trgm_ops" in line]
            for statement in ";".join(lines).split(";"):
                if statement.strip():
                    connection.execute(statement.encode())
            assert indexes(connection) == INDEXES
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DROP OWNED BY plain")
            connection.execute("DROP ROLE plain")
