"""Restarting one web process of two, behind a real nginx with our configuration: nobody notices."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from colorweb.testing import nginx, pictures
from colorweb.testing.waiting import wait_for
from tests.docker.webs import GRACEFUL, Site, is_up, refuses

pytestmark = pytest.mark.e2e

BACK_WITHIN = 2.0
"""Seconds from the signal until a client hears again; an idle machine takes a third of one."""


class Return:
    """How long clients are away, beside how long the same takes them on a machine as busy."""

    def __init__(self) -> None:
        self.openings: list[float] = []
        self.stopped = 0.0

    @contextmanager
    def opening(self) -> Iterator[None]:
        """A client comes and hears something."""
        began = time.monotonic()
        yield
        self.openings.append(time.monotonic() - began)

    def stop(self, site: Site) -> None:
        """The first process has to end."""
        self.stopped = time.monotonic()
        site.stop(site.first)

    def check(self, *, less: float = 0.0) -> None:
        """Clients were back in time, `less` the seconds that they wait before they come."""
        took = time.monotonic() - self.stopped
        # An opening takes some hundredths of a second on an idle machine.
        assert took < BACK_WITHIN - less + 10 * max(self.openings)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"))
    try:
        with nginx.running(site.folder, site.port, site.ports):
            yield site
    finally:
        site.close()


@pytest.fixture
def http(site: Site) -> Iterator[httpx.Client]:
    """A guest of a site of which the first process alone runs."""
    site.start_first_alone()
    wait_for(lambda: is_up(site.base_url), "nginx to see it")
    with httpx.Client(base_url=f"{site.base_url}/api/v1", timeout=60) as client:
        token = client.get("/me/").json()["guest_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def form(photo: bytes) -> tuple[bytes, dict[str, str]]:
    """A form with one photo, and its type."""
    request = httpx.Request("POST", "http://x/", files={"image": ("a.png", photo, "image/png")})
    return request.read(), {"Content-Type": request.headers["Content-Type"]}


class Slowly:
    """A body of which the second half waits until it may go."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.half_sent, self.go_on = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        middle = len(self.body) // 2
        yield self.body[:middle]
        self.half_sent.set()
        assert self.go_on.wait(60)
        yield self.body[middle:]


def half_sent(http: httpx.Client, **headers: str) -> tuple[Slowly, threading.Thread, list]:
    """An upload of which one half has come to the process that runs."""
    body, kind = form(pictures.encoded())
    slowly, answers = Slowly(body), []
    headers |= {**kind, "Content-Length": str(len(body))}

    def send() -> None:
        answers.append(http.post("/jobs/", content=slowly, headers=headers))

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    assert slowly.half_sent.wait(60)
    return slowly, thread, answers


def test_an_upload_that_has_begun_is_finished_and_others_go_to_the_other(site, http):
    slowly, thread, answers = half_sent(http)
    site.start(site.second)
    site.stop(site.first)
    wait_for(lambda: refuses(site.ports[site.first]), "the first process to take nothing more")
    for _ in range(10):
        assert http.get("/jobs/").status_code == 200
    slowly.go_on.set()
    thread.join(60)
    assert [answer.status_code for answer in answers] == [201]
    assert site.webs.pop(site.first).wait(GRACEFUL + 10) is not None
    assert http.get(answers[0].headers["Location"]).json()["status"] == "queued"


def test_a_cut_upload_is_a_problem_and_its_repetition_one_job(site, http):
    key = {"Idempotency-Key": "one"}
    slowly, thread, answers = half_sent(http, **key)
    site.start(site.second)
    site.webs.pop(site.first).kill()  # its time was over
    slowly.go_on.set()
    thread.join(60)
    answer = answers[0]
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) <= 2
    body, kind = form(pictures.encoded())
    again = [http.post("/jobs/", content=body, headers=kind | key) for _ in range(2)]
    assert [one.status_code for one in again] == [201, 200]
    assert len({one.json()["id"] for one in again}) == 1
    assert len(http.get("/jobs/").json()["results"]) == 1


def socket_of(site: Site, http: httpx.Client, job: str) -> ClientConnection:
    """A page's socket, at whichever process runs."""
    return connect(
        f"ws://127.0.0.1:{site.port}/ws/jobs/{job}/",
        origin=Origin(site.base_url),
        additional_headers={"Authorization": http.headers["Authorization"]},
    )


def uploaded(http: httpx.Client, photo: bytes) -> dict[str, Any]:
    """The job of a photo; nothing colors here, so it waits for ever."""
    body, kind = form(photo)
    answer = http.post("/jobs/", content=body, headers=kind)
    assert answer.status_code == 201, answer.text
    return answer.json()


def colored(site: Site, job: dict[str, Any], result: bytes) -> str:
    """Gives the job that result, as a worker does; its id."""
    photo = job["photo"]["id"]
    name = f"photos/{photo[:2]}/{photo}/{job['id']}-1-result.jpg"
    (site.folder / "var" / "media" / name).write_bytes(result)
    with closing(sqlite3.connect(site.folder / "var" / "db.sqlite3")) as database, database:
        changed = database.execute(
            "UPDATE jobs_job SET state = 'succeeded', attempt = 1, result = ? WHERE id = ?",
            (name, job["id"].replace("-", "")),
        )
        assert changed.rowcount == 1
    return job["id"]


def test_sockets_end_with_a_code_and_go_on_at_the_other(site, http):
    job, back = uploaded(http, pictures.encoded())["id"], Return()
    with ExitStack() as sockets:
        with back.opening():
            page = sockets.enter_context(socket_of(site, http, job))
            assert json.loads(page.recv(60))["job"]["id"] == job
        site.start(site.second)
        back.stop(site)
        with suppress(ConnectionClosed):
            for _news in page:  # of its place in the queue
                pass
    assert page.close_code == 1012
    with back.opening(), socket_of(site, http, job) as page:
        assert json.loads(page.recv(60))["job"]["id"] == job
    back.check()
    assert site.webs.pop(site.first).wait(GRACEFUL) is not None


def test_event_streams_end_and_go_on_at_the_other(site, http):
    job, back = uploaded(http, pictures.encoded())["id"], Return()
    with ExitStack() as opened:
        with back.opening():
            stream = opened.enter_context(http.stream("GET", f"/jobs/{job}/events/"))
            lines = stream.iter_lines()
            assert next(lines) == "retry: 1000"  # milliseconds, of those two seconds
            assert "event: job" in lines
        site.start(site.second)
        back.stop(site)
        for _line in lines:  # to a proper end
            pass
    with back.opening(), http.stream("GET", f"/jobs/{job}/events/") as stream:
        assert "event: job" in stream.iter_lines()
    back.check(less=1.0)
    assert site.webs.pop(site.first).wait(GRACEFUL) is not None


def test_who_prefers_to_wait_gets_the_job_as_it_is(site, http):
    body, kind = form(pictures.encoded())
    answers: list[httpx.Response] = []

    def send() -> None:
        headers = kind | {"Prefer": "wait=30"}
        answers.append(http.post("/jobs/", content=body, headers=headers))

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    back = Return()
    with httpx.Client(base_url=http.base_url, headers=http.headers) as other:
        wait_for(lambda: other.get("/jobs/").json()["results"], "the photo to be taken")
        site.start(site.second)
        with back.opening():
            other.get("/jobs/")
        back.stop(site)
        thread.join(60)
        back.check()
        assert [answer.status_code for answer in answers] == [202]
        assert other.get(f"/jobs/{answers[0].json()['id']}/").json()["status"] == "queued"
    assert site.webs.pop(site.first).wait(GRACEFUL) is not None


def test_an_upload_that_would_wait_then_does_not_when_it_ends_meanwhile(site, http):
    slowly, thread, answers = half_sent(http, Prefer="wait=30")
    site.start(site.second)
    site.stop(site.first)
    wait_for(lambda: refuses(site.ports[site.first]), "the first process to take nothing more")
    slowly.go_on.set()
    assert site.webs.pop(site.first).wait(GRACEFUL) is not None
    thread.join(60)
    assert [answer.status_code for answer in answers] == [202]


def test_a_download_that_has_begun_is_finished(site, http):
    photo = bytes(40_000_000)  # more than all buffers in between hold
    job = colored(site, uploaded(http, pictures.encoded()), photo)
    with http.stream("GET", f"{site.base_url}/files/{job}/result") as download:
        assert download.status_code == 200
        pieces = download.iter_raw(1 << 16)
        taken = next(pieces)
        site.start(site.second)
        site.stop(site.first)
        wait_for(lambda: refuses(site.ports[site.first]), "the first process to take nothing more")
        assert site.webs[site.first].poll() is None
        taken += b"".join(pieces)
    assert taken == photo
    assert site.webs.pop(site.first).wait(GRACEFUL) is not None
