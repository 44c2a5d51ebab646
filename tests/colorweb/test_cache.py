import pytest

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


def test_pages_are_served_without_a_cache(client, settings, tmp_path, db):
    settings.CACHES = {
        "default": {
            "BACKEND": "colorweb.cache.FailOpenCache",
            "LOCATION": f"unix://{tmp_path}/nobody.sock?db=0",
        }
    }
    assert client.get("/").status_code == 200
    assert client.get("/api/v1/jobs/").status_code == 200
