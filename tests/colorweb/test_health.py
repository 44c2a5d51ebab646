import pytest
import redis

from colorweb import runtime
from colorweb.health import workers

pytestmark = pytest.mark.django_db


def test_alive_asks_nothing_else(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_ready_when_database_broker_and_storage_work(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "parts": {"database": "ok", "broker": "ok", "storage": "ok"},
    }


def test_not_ready_without_a_broker_and_says_so(client, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"] == {
        "database": "ok",
        "broker": "ConnectionError",
        "storage": "ok",
    }


def test_a_worker_counts_while_its_heart_beats(client):
    assert client.get("/readyz?worker=1").json()["parts"]["worker"] == "NoWorker"
    workers.beat("one", {"device": "cpu"})
    assert client.get("/readyz?worker=1").status_code == 200
    assert workers.alive() == {"one": {"device": "cpu"}}
    with redis.Redis.from_url(runtime.broker_url()) as broker:
        assert 0 < broker.ttl("colorweb:worker:one") <= 15
    workers.leave("one")
    assert client.get("/readyz?worker=1").status_code == 503


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
