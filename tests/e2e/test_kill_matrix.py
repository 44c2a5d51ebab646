"""Whatever dies while photos are in the queue, each is colored, once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest

from colorweb.testing import pictures
from colorweb.testing.guest import Guest
from colorweb.testing.postgres import Postgres
from colorweb.testing.stack import Stack
from colorweb.testing.waiting import wait_for
from tests.e2e.workers import RECOVERED, kill_child, state_of

pytestmark = pytest.mark.long

PHOTOS = 8
AWAY = 30  # seconds; longer than a lease


@pytest.mark.parametrize("program", ["web", "gpu", "default", "beat", "broker", "cache"])
def test_every_photo_is_colored_once_whatever_dies(
    stack: Stack, guest: Guest, program: str
) -> None:
    jobs = [
        guest.post(f"{number}.jpg", pictures.jpeg(3000, 2000)).json()["id"]
        for number in range(PHOTOS)
    ]
    wait_for(lambda: state_of(stack, jobs[1])[0] != "queued", "the queue to move", every=0.01)
    stack.kill(program)
    wait_for(lambda: _answers(guest), "the web to answer")
    for job in jobs:
        done = guest.wait(job, seconds=RECOVERED)
        assert (done["status"], done["error"]) == ("succeeded", None)
        results = list((stack.var_dir / "media").rglob(f"{job}-*-result.jpg"))
        assert len(results) == 1


def _terminate(postgres: Postgres) -> None:
    postgres.terminate_connections()


def _go_away(postgres: Postgres) -> None:
    postgres.stop()
    time.sleep(AWAY)  # that long is what this is about
    postgres.start()


@pytest.mark.parametrize("hurt", [Postgres.restart, _terminate, _go_away])
def test_every_photo_is_colored_once_whatever_happens_to_the_database(
    postgres: Postgres, postgres_stack: Stack, hurt: Callable[[Postgres], None]
) -> None:
    guest = Guest(postgres_stack)
    jobs = [
        guest.post(f"{number}.jpg", pictures.jpeg(3000, 2000)).json()["id"]
        for number in range(PHOTOS)
    ]
    wait_for(
        lambda: state_of(postgres_stack, jobs[1])[0] != "queued", "the queue to move", every=0.01
    )
    hurt(postgres)
    wait_for(lambda: _reads(guest, jobs[0]), "the web to read the database")
    for job in jobs:
        done = guest.wait(job, seconds=RECOVERED)
        assert (done["status"], done["error"]) == ("succeeded", None)
        results = list((postgres_stack.var_dir / "media").rglob(f"{job}-*-result.jpg"))
        assert len(results) == 1


def _reads(guest: Guest, job: str) -> bool:
    try:
        return guest.http.get(f"/api/v1/jobs/{job}/").status_code == 200
    except httpx.TransportError:
        return False


def test_a_photo_that_kills_its_worker_is_given_up_after_three_attempts(
    stack: Stack, guest: Guest
) -> None:
    job = guest.post("deadly.jpg", pictures.jpeg(7000, 5000)).json()["id"]
    for attempt in (1, 2, 3):
        wait_for(
            partial(_is_at, stack, job, attempt),
            f"attempt {attempt}",
            RECOVERED,
            every=0.01,
        )
        kill_child(stack, state_of(stack, job)[2])
    done = guest.wait(job, seconds=RECOVERED)
    assert done["status"] == "failed"
    assert done["error"]["code"]
    after = guest.post("after.jpg", pictures.jpeg()).json()["id"]
    assert guest.wait(after, seconds=RECOVERED)["status"] == "succeeded"


def test_a_second_run_takes_over_after_everything_was_killed(stack: Stack, guest: Guest) -> None:
    job = guest.post("left.jpg", pictures.jpeg(7000, 5000)).json()["id"]
    wait_for(lambda: state_of(stack, job)[0] == "running", "the job to run", every=0.01)
    programs = ("web", "gpu", "default", "training", "beat", "broker", "cache")
    processes = [pid for name in programs for pid in (stack.pid(name), *stack.children(name))]
    supervisor = int((stack.var_dir / "run" / "supervisord.pid").read_text())
    for process in (stack.process.pid, supervisor, *processes):
        os.kill(process, signal.SIGKILL)
    stack.process.wait(60)
    stack.start()
    assert guest.wait(job, seconds=RECOVERED)["status"] == "succeeded"


def test_a_launcher_that_is_killed_takes_everything_along(stack: Stack) -> None:
    supervisor = int((stack.var_dir / "run" / "supervisord.pid").read_text())
    os.kill(stack.process.pid, signal.SIGKILL)
    stack.process.wait(60)
    wait_for(lambda: not Path(f"/proc/{supervisor}").exists(), "the supervisor to stop")
    assert not list((stack.var_dir / "run").glob("*.sock"))
    stack.start()


def _is_at(stack: Stack, job: str, attempt: int) -> bool:
    return state_of(stack, job)[:2] == ("running", attempt)


def _answers(guest: Guest) -> bool:
    try:
        return guest.http.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False
