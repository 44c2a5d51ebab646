import re
from pathlib import Path

import pytest

from colorweb import runtime


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "SITE_URL", "TRUSTED_ORIGINS", "PORT"):
        monkeypatch.delenv(name, raising=False)


def test_embedded_servers_are_found_on_sockets_in_the_run_folder(monkeypatch, var_dir):
    monkeypatch.setenv("VAR_DIR", str(var_dir))
    assert runtime.broker_url() == f"unix://{var_dir}/run/broker.sock?db=0"
    assert runtime.cache_url() == f"unix://{var_dir}/run/cache.sock?db=0"
    assert runtime.celery_url() == f"redis+socket://{var_dir}/run/broker.sock"


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


def other_sites() -> list[str]:
    return runtime.origins("TRUSTED_ORIGINS")


NO_ORIGIN = "must end with the host or its port, not 'https://colors.example/photos'."


@pytest.mark.parametrize(
    ("read", "name", "value", "words"),
    [
        (runtime.port, "PORT", "70000", "must be a number up to 65535, not 70000."),
        (runtime.graceful_seconds, "GRACEFUL_SECONDS", "1m", "must be a whole number, not '1m'."),
        (runtime.database_url, "DATABASE_URL", "postgres://db.example", "names no database."),
        (runtime.database_url, "DATABASE_URL", "sqlite://", "names no file."),
        (runtime.broker_url, "REDIS_URL", "unix://", "names no socket."),
        (runtime.site_url, "SITE_URL", "https://colors.example/photos", NO_ORIGIN),
        (other_sites, "TRUSTED_ORIGINS", "https://colors.example/photos", NO_ORIGIN),
        (
            other_sites,
            "TRUSTED_ORIGINS",
            "https://a.example, intranet",
            "must be an address that begins with http:// or https://.",
        ),
    ],
)
def test_what_cannot_work_is_refused(monkeypatch, read, name, value, words):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=re.escape(f"colorweb: {name} {words}")):
        read()


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
