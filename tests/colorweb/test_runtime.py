from pathlib import Path

import pytest

from colorweb import runtime


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "SITE_URL", "PORT"):
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


def test_a_secret_may_lie_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "redis").write_text("redis://:secret@redis.example/0\n")
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "redis"))
    assert runtime.broker_url() == "redis://:secret@redis.example/0"
    monkeypatch.setenv("REDIS_URL", "redis://other.example/0")
    assert runtime.broker_url() == "redis://other.example/0"


def test_a_file_of_a_secret_that_is_not_there_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "none"))
    with pytest.raises(SystemExit, match=r"REDIS_URL_FILE cannot be read: .*No such file"):
        runtime.broker_url()


def test_the_brokers_password_may_come_separately_from_its_address(monkeypatch):
    monkeypatch.setenv("REDIS_PASSWORD", "secret")
    assert runtime.broker_url().startswith("unix://")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example:6379/0")
    assert runtime.broker_url() == "redis://:secret@redis.example:6379/0"
    assert runtime.cache_url() == "redis://:secret@redis.example:6379/1"
    monkeypatch.setenv("CACHE_URL", "redis://cache.example/0")
    assert runtime.cache_url() == "redis://:secret@cache.example/0"


def test_the_databases_password_may_come_separately_from_its_address(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://colorweb@db.example:5433/colorweb")
    monkeypatch.setenv("DATABASE_PASSWORD", "p@ss/word")
    assert runtime.database_url() == "postgres://colorweb:p%40ss%2Fword@db.example:5433/colorweb"
    monkeypatch.setenv("DATABASE_URL", "postgres://colorweb:known@db.example/colorweb")
    assert runtime.database_url() == "postgres://colorweb:known@db.example/colorweb"
