"""Several web processes on one port: each answers, and all are one site."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from colorweb.testing import pictures
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack
from colorweb.testing.waiting import wait_for

pytestmark = pytest.mark.e2e

WEBS = ("web-0", "web-1")
OPENED = 40  # connections: the kernel deals them out, and gives none to one of two once in 2 ** 39


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The site with two web processes."""
    environment = {"WEB_PROCESSES": "2", "COLORWEB_PROCESSES": "1"}
    pair = Stack(tmp_path_factory.mktemp("pair"), environment)
    pair.start()
    yield pair
    assert pair.stop() == 0


def server_of(stack: Stack, connection: tuple[str, int]) -> str:
    """Which web process has the other end of a connection; empty if none."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours, theirs = f":{stack.port:04X}", f":{connection[1]:04X}"
    for row in rows:
        if row[1].endswith(ours) and row[2].endswith(theirs):
            for name in WEBS:
                if f"socket:[{row[9]}]" in files_of(stack.pid(name)):
                    return name
    return ""


def files_of(process: int) -> Iterator[str]:
    """What a process has opened, as the kernel names it; nothing of one that is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for file in Path(f"/proc/{process}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed in between
                yield str(file.readlink())


def guest_at(stack: Stack, process: str, opened: ExitStack) -> Guest:
    """Somebody whose connection one of the processes has."""
    for _ in range(OPENED):
        guest = Guest(stack)
        opened.callback(guest.http.close)
        answer = guest.http.get("/healthz")
        assert answer.status_code == 200
        stream = answer.extensions["network_stream"]
        if server_of(stack, stream.get_extra_info("client_addr")) == process:
            return guest
    raise AssertionError(f"{process} gets no connections")


def follow(stack: Stack, process: str, job: dict[str, Any], token: str, opened: ExitStack) -> Any:
    """A socket of a job that one of the processes has."""
    for _ in range(OPENED):
        headers = {"Authorization": token}
        listener = opened.enter_context(connect(job["urls"]["socket"], additional_headers=headers))
        if server_of(stack, listener.local_address) == process:
            return listener
    raise AssertionError(f"{process} gets no sockets")


def test_a_photo_sent_to_one_process_is_followed_at_the_other(pair: Stack) -> None:
    with ExitStack() as opened:
        sender, reader = (guest_at(pair, name, opened) for name in WEBS)
        with pair.stopped("gpu"):
            job = sender.post("a.jpg", pictures.encoded()).json()
            token = sender.http.headers["Authorization"]
            reader.http.headers["Authorization"] = token
            assert reader.job(job["id"])["status"] == "queued"
            listeners = [follow(pair, name, job, token, opened) for name in WEBS]
        for listener in listeners:
            wait_for(partial(says_succeeded, listener), "news of the photo's end")
        done = reader.job(job["id"])
        assert reader.get(done["urls"]["result"])[:2] == b"\xff\xd8"


def says_succeeded(listener: ClientConnection) -> bool:
    return '"succeeded"' in str(listener.recv(60))


def test_the_site_is_served_while_one_of_them_is_restarted(pair: Stack) -> None:
    old = pair.pid("web-0")
    os.kill(old, signal.SIGTERM)

    def is_back() -> bool:
        with httpx.stream("GET", f"{pair.base_url}/readyz", timeout=60) as answer:  # still open
            assert answer.status_code == 200
            stream = answer.extensions["network_stream"]
            at = server_of(pair, stream.get_extra_info("client_addr"))
        return at == "web-0" and pair.pid("web-0") != old

    wait_for(is_back, "web-0 to serve again")


def test_what_a_visitor_may_do_is_counted_for_all_of_them(pair: Stack) -> None:
    with ExitStack() as opened:
        answers = [
            guest_at(pair, name, opened).http.get("/api/v1/jobs/") for name in (*WEBS, *WEBS)
        ]
    left = [int(answer.headers["RateLimit"].split("r=")[1].split(";")[0]) for answer in answers]
    assert left == sorted(set(left), reverse=True)
