import pytest
from django.urls import reverse

from colorweb import runtime
from colorweb.cache import FailOpenCache


def test_a_cache_that_is_there_keeps_what_it_is_given():
    cache = FailOpenCache(runtime.cache_url(), {})
    cache.set("answer", 42, 10)
    assert (cache.get("answer"), cache.add("answer", 1), cache.incr("answer")) == (42, False, 43)
    assert cache.delete("answer") is True


@pytest.fixture
def nobody(tmp_path):
    return FailOpenCache(f"unix://{tmp_path}/nobody.sock?db=0", {})


def test_an_unavailable_cache_knows_nothing_and_harms_nobody(nobody):
    nobody.set("answer", 42)
    nobody.set_many({"a": 1, "b": 2})
    assert nobody.get("answer", "unknown") == "unknown"
    assert nobody.get_many(["a", "b"]) == {}
    assert nobody.get_or_set("answer", lambda: 43) == 43
    assert nobody.add("lock", 1) is True
    assert nobody.incr("count") == 1
    assert "answer" not in nobody
    assert nobody.touch("answer") is False
    assert nobody.delete("answer") is False
    nobody.delete_many(["a", "b"])
    nobody.clear()


def test_counts_end_after_their_time_and_go_on_in_memory_without_a_server(nobody):
    cache = FailOpenCache(runtime.cache_url(), {})
    assert [cache.count("rate:a", 60) for _ in range(3)] == [1, 2, 3]
    assert cache.get("rate:a") == 3
    client = cache._cache.get_client()
    assert 0 < client.ttl(cache.make_key("rate:a")) <= 60
    assert [nobody.count("rate:a", 60) for _ in range(2)] == [1, 2]


def test_pages_are_served_without_a_cache(client, settings, tmp_path, db):
    settings.CACHES = {
        "default": {
            "BACKEND": "colorweb.cache.FailOpenCache",
            "LOCATION": f"unix://{tmp_path}/nobody.sock?db=0",
        }
    }
    assert client.get("/").status_code == 200
    assert client.get("/api/v1/jobs/").status_code == 200


def test_limits_are_counted_while_the_cache_is_unavailable(nobody):
    """Of logging in, signing up, passwords of links: an outage is no time to guess."""
    for key in ("rate:password:address:192.0.2.1:7", "allauth:rl:allauth.account:login:ip:1"):
        nobody.set(key, [1], 60)
        assert nobody.get(key) == [1]
    assert nobody.add("rate:link:1:1", 0, 60) is True
    assert [nobody.incr("rate:link:1:1") for _ in range(2)] == [1, 2]
    assert nobody.add("rate:link:1:1", 0, 60) is False


def test_logging_in_has_a_limit_without_a_cache(client, settings, tmp_path, db):
    settings.CACHES = {
        "default": {
            "BACKEND": "colorweb.cache.FailOpenCache",
            "LOCATION": f"unix://{tmp_path}/nobody.sock?db=0",
        }
    }
    form = {"login": f"{tmp_path.name}@example.org", "password": "wrong"}
    answers = [client.post(reverse("account_login"), form) for _ in range(7)]
    limited = [b"Too many" in answer.content for answer in answers]
    assert limited == [False] * 5 + [True] * 2
