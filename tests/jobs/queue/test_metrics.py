import pytest
import redis
from django.db import DatabaseError

from colorweb.health.metrics import Gauge
from jobs.queue import claims, metrics
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)


def test_monitors_see_the_queue(client):
    make.job()
    make.job()
    claims.claim("test")
    body = client.get("/metrics").content.decode()
    assert 'colorweb_jobs{state="queued"} 1.0' in body
    assert 'colorweb_jobs{state="running"} 1.0' in body
    assert metrics.waited()["next"] > 0


def test_an_empty_queue_waits_for_nobody():
    assert metrics.waiting_and_running() == {"queued": 0, "running": 0}
    assert metrics.waited() == {"next": 0.0}


@pytest.mark.parametrize("error", [DatabaseError, redis.ConnectionError])
def test_a_figure_is_left_out_while_what_it_asks_is_away(error):
    def away():
        raise error

    [family] = Gauge("colorweb_tried", "Tried", "state", away).collect()
    assert family.samples == []
