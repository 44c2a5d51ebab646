from pathlib import Path

import pytest

from colorweb import runtime


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch):
    for name in ("REDIS_URL", "CACHE_URL", "SITE_URL", "PORT"):
        monkeypatch.delenv(name, raising=False)


def test_embedded_servers_are_found_on_sockets_in_the_run_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert runtime.broker_url() == f"unix://{tmp_path}/run/broker.sock?db=0"
    assert runtime.cache_url() == f"unix://{tmp_path}/run/cache.sock?db=0"
    assert runtime.celery_url() == f"redis+socket://{tmp_path}/run/broker.sock"


def test_a_path_too_long_for_a_socket_gets_a_short_folder_of_its_own(monkeypatch, tmp_path):
    def run_dir(name: str) -> Path:
        monkeypatch.setenv("VAR_DIR", str(tmp_path / name))
        return runtime.run_dir()

    assert len(str(run_dir("a" * 120) / "supervisor.sock.4194304")) <= 103
    assert run_dir("a" * 120) == run_dir("a" * 120) != run_dir("b" * 120)


def test_one_redis_given_serves_as_broker_and_cache_in_two_databases(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://user:secret@redis.example:6379/0")
    assert runtime.broker_url() == "redis://user:secret@redis.example:6379/0"
    assert runtime.celery_url() == "redis://user:secret@redis.example:6379/0"
    assert runtime.cache_url() == "redis://user:secret@redis.example:6379/1"


def test_a_cache_given_is_used(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    monkeypatch.setenv("CACHE_URL", "redis://cache.example/0")
    assert runtime.cache_url() == "redis://cache.example/0"


def test_the_port_moves_the_site(monkeypatch):
    monkeypatch.setenv("PORT", "8123")
    assert runtime.site_url() == "http://127.0.0.1:8123"
