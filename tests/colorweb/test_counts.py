"""What processes count is added up in the broker, and outlives none of its restarts."""

from __future__ import annotations

import re

import pytest
import redis

from colorweb import runtime
from colorweb.health import counted, counts
from colorweb.health.counts import Counter, Counts, Histogram
from colorweb.http.observed import Observed

THINGS = Counter("test_things", "Things", "kind")
TIMES = Histogram("test_seconds", "Times", "kind", ends=(0.1, 1.0))


def samples(family):
    return {(s.name, *s.labels.values()): s.value for s in family.samples}


def test_counts_of_two_processes_are_added_up():
    THINGS.add("a")
    THINGS.add("a", amount=2)
    counts._pending.publish()
    THINGS.add("b")
    assert samples(THINGS.family(Counts())) == {
        ("test_things_total", "a"): 3.0,
        ("test_things_total", "b"): 1.0,
    }


def test_a_histogram_counts_in_every_bucket_above():
    for seconds in (0.05, 0.1, 0.5, 7):
        TIMES.observe(seconds, "a")
    assert samples(TIMES.family(Counts())) == {
        ("test_seconds_bucket", "a", "0.1"): 2.0,
        ("test_seconds_bucket", "a", "1.0"): 3.0,
        ("test_seconds_bucket", "a", "+Inf"): 4.0,
        ("test_seconds_count", "a"): 4.0,
        ("test_seconds_sum", "a"): pytest.approx(7.65),
    }


def test_without_a_broker_counts_wait_for_it(settings, tmp_path):
    there = settings.REDIS_URL
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    THINGS.add("late")
    counts._pending.publish()
    assert samples(THINGS.family(Counts())) == {}
    settings.REDIS_URL = there
    assert samples(THINGS.family(Counts())) == {("test_things_total", "late"): 1.0}


def test_a_broker_that_forgot_everything_counts_from_nothing():
    THINGS.add("a")
    counts._pending.publish()
    with redis.Redis.from_url(runtime.broker_url()) as client:
        client.flushall()
    assert samples(THINGS.family(Counts())) == {}


async def answer(
    headers: list[tuple[bytes, bytes]], status: int = 200, route: str = "a/"
) -> dict[bytes, bytes]:
    """The headers of an answer to a request with these, of an application that always answers."""
    sent = []

    async def application(scope, _receive, send):
        scope["observation"].route = route
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "headers": headers}
    await Observed(application)(scope, None, send)
    return dict(sent[0]["headers"])


async def test_every_answer_has_an_id_and_a_good_one_is_kept():
    assert (await answer([(b"x-request-id", b"abc-1")]))[b"x-request-id"] == b"abc-1"
    made = (await answer([(b"x-request-id", b"a b\n")]))[b"x-request-id"]
    assert re.fullmatch(rb"[0-9a-f]{32}", made)


async def test_requests_are_counted_by_route_and_status():
    await answer([], route="a/<id>/")
    await answer([], 503, "a/<id>/")
    requests = samples(counted.REQUESTS.family(Counts()))
    assert requests["colorweb_requests_total", "a/<id>/", "GET", "200"] == 1.0
    assert requests["colorweb_requests_total", "a/<id>/", "GET", "503"] == 1.0
    times = samples(counted.REQUEST_SECONDS.family(Counts()))
    assert times["colorweb_request_seconds_count", "a/<id>/"] == 2.0
