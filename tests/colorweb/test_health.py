from pathlib import Path

import pytest
import redis
from django.core.files.storage import default_storage

from colorweb import runtime
from colorweb.accounts import installation
from colorweb.health import heartbeats, parts, workers
from colorweb.testing.waiting import wait_for
from ml.models import TrainingRun

# Parts are asked from threads, which see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

ALL = ("reaper", "scheduler", "default", "gpu")


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Each look is a new one."""
    monkeypatch.setattr(parts, "CACHE_SECONDS", -1.0)


@pytest.fixture
def beating():
    for part in ALL:
        heartbeats.beat(part, "one")


def test_alive_asks_nothing_else(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.usefixtures("beating")
def test_ready_when_everything_works(client):
    response = client.get("/readyz?strict=1&worker=1")
    assert response.status_code == 200
    every = ("database", "broker", "storage", "disk", "clock", *ALL, "mail", "training", "checking")
    assert response.json() == {
        "status": "ready",
        "parts": dict.fromkeys(every, "ok"),
        "degraded": [],
    }


def test_without_a_broker_the_site_answers_and_says_what_is_degraded(client, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["degraded"] == sorted(["broker", "clock", *ALL])
    assert response.json()["parts"]["broker"] == "ConnectionError"
    assert client.get("/readyz?strict=1").status_code == 503


@pytest.mark.parametrize("part", ALL)
@pytest.mark.usefixtures("beating")
def test_a_part_without_a_heartbeat_is_degraded(client, part):
    with redis.Redis.from_url(runtime.broker_url()) as broker:
        broker.delete(f"colorweb:alive:{part}:one")
    assert client.get("/readyz").json()["degraded"] == [part]
    assert client.get("/readyz").status_code == 200
    assert client.get("/readyz?strict=1").status_code == 503
    assert client.get("/readyz?worker=1").status_code == (503 if part == "gpu" else 200)


@pytest.mark.usefixtures("beating")
def test_a_process_that_cannot_work_shows_and_others_still_color(client):
    heartbeats.beat("gpu", "two", "disk")
    assert client.get("/readyz").json()["parts"]["gpu"] == "disk"
    assert client.get("/readyz?worker=1").status_code == 200
    heartbeats.beat("gpu", "one", "disk")
    assert client.get("/readyz?worker=1").status_code == 503


@pytest.mark.usefixtures("beating")
def test_a_worker_with_a_wrong_clock_shows_and_works_on(client):
    heartbeats.beat(heartbeats.CLOCK, "one", "clock")
    assert client.get("/readyz?worker=1").json()["degraded"] == ["clock"]
    assert client.get("/readyz?worker=1").status_code == 200
    assert client.get("/readyz?strict=1").status_code == 503


@pytest.mark.usefixtures("beating")
def test_training_is_degraded_when_a_run_waits_and_nobody_trains(client):
    TrainingRun.objects.create(name="waits", state="queued")
    assert client.get("/readyz").json()["parts"]["training"] == "no heartbeat"
    heartbeats.beat("training", "one")
    assert client.get("/readyz").json()["parts"]["training"] == "ok"


@pytest.mark.usefixtures("beating")
def test_a_storage_of_another_installation_is_degraded(client):
    installation.mark()
    assert client.get("/readyz").json()["degraded"] == []
    default_storage.delete(installation.MARKER)
    assert client.get("/readyz").json()["parts"]["storage"] == "WrongStorage"


def test_looking_writes_nothing_and_asks_each_part_once_in_some_seconds(client, monkeypatch):
    monkeypatch.setattr(parts, "CACHE_SECONDS", 60.0)
    asked: list[int] = []

    def ask() -> str:
        asked.append(1)
        return ""

    monkeypatch.setitem(parts._checks, "storage", ask)
    parts.forget()
    for _ in range(5):
        client.get("/readyz")
    assert asked == [1]
    assert not Path(default_storage.path("")).exists()


def test_a_part_that_hangs_holds_nobody_up_and_is_asked_once(client, monkeypatch):
    monkeypatch.setattr(parts, "DEADLINE", 0.2)
    asked: list[int] = []
    done: list[int] = []

    def hang():
        asked.append(1)
        wait_for(lambda: done, "the end of the test")
        return ""

    monkeypatch.setitem(parts._checks, "storage", hang)
    for _ in range(3):
        assert client.get("/readyz").json()["parts"]["storage"] == "no answer in time"
    done.append(1)
    assert asked == [1]


@pytest.mark.usefixtures("beating")
def test_metrics_show_each_part(client):
    heartbeats.beat("gpu", "one", "disk")
    content = client.get("/metrics").content
    assert b'colorweb_part_up{part="database"} 1.0' in content
    assert b'colorweb_part_up{part="gpu"} 0.0' in content


def test_a_worker_counts_while_its_heart_beats():
    workers.beat("one", {"device": "cpu"})
    workers.beat("sick", {"device": "cpu", "unfit": "disk"})
    assert workers.able() == {"one": {"device": "cpu"}}
    with redis.Redis.from_url(runtime.broker_url()) as broker:
        assert 0 < broker.ttl("colorweb:worker:one") <= 15
    workers.leave("one")
    assert workers.able() == {}


def test_metrics_show_workers_to_this_machine_only(client):
    workers.beat("one", {"device": "cpu"})
    workers.beat("two", {"device": "cpu"})
    assert b'colorweb_workers{device="cpu"} 2.0' in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"}).status_code == 403


def test_metrics_open_to_the_token(client, settings):
    settings.METRICS_TOKEN = "s3cret"

    def status(token):
        headers = {"Authorization": f"Bearer {token}"}
        return client.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.5").status_code

    assert status("s3cret") == 200
    assert status("guess") == 403
