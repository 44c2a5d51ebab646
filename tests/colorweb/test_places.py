"""Places are counted over all processes, whatever becomes of one, and without the server too."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from colorweb.http import places
from colorweb.http.places import Place, Places
from colorweb.runtime import REPOSITORY
from colorweb.testing.waiting import wait_for

OTHER = """
import sys
from colorweb.http.places import Places
place = Places("test").take({sys.argv[1]: 2})
print("taken" if place else "refused", flush=True)
sys.stdin.readline()
place.release()
print("released", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def key() -> str:
    return uuid.uuid4().hex


@contextmanager
def other_process(key: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that has one of two places; it releases it, and ends, after a line each."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, key],
        cwd=REPOSITORY,
        env=os.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "taken\n"
            yield process
        finally:
            process.kill()


def taken(here: Places, limits: dict[str, int]) -> Place:
    place = here.take(limits)
    assert place
    return place


def test_places_are_counted_over_all_processes_and_those_of_a_killed_one_are_free(key: str):
    here = Places("test")
    with other_process(key) as process:
        mine = taken(here, {key: 2})
        assert here.take({key: 2}) is None
        mine.release()
        assert here.take({key: 1}) is None
        assert here.take({"another": 1})
        assert Places("other kind").take({key: 1})
        process.kill()
        wait_for(lambda: here.take({key: 1}), "the lease of the killed process to end")


def test_a_place_that_another_process_releases_is_given_to_who_waits(key: str):
    here = Places("test")
    with other_process(key) as process, taken(here, {key: 2}):
        waiting: list[object] = []
        thread = threading.Thread(target=lambda: waiting.append(here.take({key: 2}, timeout=60)))
        thread.start()
        assert process.stdin
        process.stdin.write("release\n")
        process.stdin.flush()
        thread.join(60)
        assert waiting != [None]


def test_numbers_outlast_their_lease_while_their_process_lives(key: str):
    """They are written again and again, also after the server has forgotten all."""
    with taken(Places("test"), {key: 1}):
        server = places._server()._client
        server.flushdb()
        wait_for(lambda: server.hget(places._held._name, f"test:{key}") == b"1", "the numbers")
        assert 0 < server.ttl(places._held._name) <= places.LEASE


@pytest.mark.parametrize("silent", [False, True])
def test_without_the_server_a_process_counts_for_itself(key: str, settings, tmp_path, silent):
    address = str(tmp_path / "cache.sock")
    with closing(socket.socket(socket.AF_UNIX)) as server:
        if silent:
            server.bind(address)
            server.listen()
        settings.CACHES = {"default": {"LOCATION": f"unix://{address}"}}
        here = Places("test")
        first, _second = (taken(here, {key: 2}) for _ in range(2))
        assert here.take({key: 2}) is None
        first.release()
        assert here.take({key: 2})


def test_who_waits_gets_the_place_that_is_released(key: str):
    here = Places("test")
    place = taken(here, {key: 1})
    threading.Timer(0.05, place.release).start()
    assert here.take({key: 1}, timeout=60)


def test_a_place_is_under_all_its_keys_or_none(key: str):
    here = Places("test")
    assert here.take({key: 1, "together": 2})
    assert here.take({key: 1, "together": 2}) is None
    assert here.take({"together": 2})
    assert here.take({"together": 2}) is None


async def test_a_place_whose_request_has_gone_is_free(key: str):
    here = Places("test")
    for _ in range(20):
        task = asyncio.create_task(here.atake({key: 1}))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await asyncio.to_thread(here.take, {key: 1}, timeout=60)
