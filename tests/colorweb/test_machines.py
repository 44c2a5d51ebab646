"""What may start beside a broker on another machine."""

import socket

import pytest

from colorweb import machines

POSTGRESQL = "postgres://colorweb@db.example/colorweb"


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "S3_BUCKET", "MEDIA_DIR", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "broker",
    [
        "",
        "redis://127.0.0.1:6379/0",
        "redis://localhost/0",
        "redis://[::1]/0",
        "unix:///run/redis.sock?db=0",
        f"redis://{socket.gethostname()}/0",
    ],
)
def test_one_machine_may_have_everything_in_files(monkeypatch, broker):
    monkeypatch.setenv("REDIS_URL", broker)
    assert machines.problem() == ""


@pytest.mark.parametrize("files", ["S3_BUCKET", "MEDIA_DIR"])
def test_several_machines_with_shared_database_and_files_may_start(monkeypatch, files):
    monkeypatch.setenv("REDIS_URL", "rediss://:secret@redis.example/0")
    assert "SQLite" in machines.problem()
    monkeypatch.setenv("DATABASE_URL", POSTGRESQL)
    assert "photos" in machines.problem()
    monkeypatch.setenv(files, "/srv/photos")
    assert "SECRET_KEY is not set" in machines.problem()
    monkeypatch.setenv("SECRET_KEY", "shared")
    assert machines.problem() == ""
    monkeypatch.delenv("DATABASE_URL")
    assert "SQLite" in machines.problem()


@pytest.mark.parametrize("program", ["gpu", "training", "beat"])
def test_a_worker_on_another_machine_needs_no_key(monkeypatch, program):
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    monkeypatch.setenv("DATABASE_URL", POSTGRESQL)
    monkeypatch.setenv("S3_BUCKET", "photos")
    assert machines.problem(program) == ""


@pytest.mark.parametrize(
    "database",
    [
        "postgres://colorweb@localhost/colorweb",
        "postgres:///colorweb?host=/run/postgresql",
        "postgres://%2Frun%2Fpostgresql/colorweb",
    ],
)
def test_a_database_on_this_machine_needs_no_shared_key(monkeypatch, database):
    monkeypatch.setenv("DATABASE_URL", database)
    assert machines.problem("web") == ""


def test_a_database_elsewhere_needs_a_shared_key(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", POSTGRESQL)
    assert machines.problem("web").startswith("DATABASE_URL names another machine (db.example)")
