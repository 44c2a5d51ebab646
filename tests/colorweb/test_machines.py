"""What may start beside a broker on another machine."""

import socket

import pytest

from colorweb import machines

POSTGRESQL = "postgres://colorweb@db.example/colorweb"


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "S3_BUCKET", "MEDIA_DIR"):
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
    assert machines.refusal() == ""


@pytest.mark.parametrize("files", ["S3_BUCKET", "MEDIA_DIR"])
def test_several_machines_with_shared_database_and_files_may_start(monkeypatch, files):
    monkeypatch.setenv("REDIS_URL", "rediss://:secret@redis.example/0")
    assert "SQLite" in machines.refusal()
    monkeypatch.setenv("DATABASE_URL", POSTGRESQL)
    assert "photos" in machines.refusal()
    monkeypatch.setenv(files, "/srv/photos")
    assert machines.refusal() == ""
    monkeypatch.delenv("DATABASE_URL")
    assert "SQLite" in machines.refusal()
