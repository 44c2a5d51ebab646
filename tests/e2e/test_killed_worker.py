"""Any process may die: the photo is colored, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from colorweb.testing import pictures
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack
from colorweb.testing.waiting import wait_for
from tests.e2e.workers import RECOVERED, kill_child, state_of


def kill_parent(stack: Stack, worker: str) -> None:
    stack.kill("gpu")


@pytest.mark.parametrize(
    "kill",
    [
        pytest.param(kill_child, id="child"),
        pytest.param(kill_parent, id="parent", marks=pytest.mark.long),
    ],
)
def test_killed_worker_job_is_colored_once_and_those_of_others_do_not_wait_for_it(
    stack: Stack, guest: Guest, kill: Callable[[Stack, str], None]
) -> None:
    # Large, so that there is a middle to be killed in.
    answer = guest.post("big.jpg", pictures.jpeg(7000, 5000))
    assert answer.status_code == 201, answer.text
    job = answer.json()["id"]
    wait_for(lambda: state_of(stack, job)[0] == "running", "the job to run", every=0.01)
    _, _, worker = state_of(stack, job)
    kill(stack, worker)
    other = guest.post("after.jpg", pictures.jpeg()).json()["id"]
    assert guest.wait(other, seconds=RECOVERED)["status"] == "succeeded"
    assert state_of(stack, other)[1] == 1, "its first attempt"

    done = guest.wait(job, seconds=RECOVERED)
    assert (done["status"], done["error"]) == ("succeeded", None)
    state, attempt, second_worker = state_of(stack, job)
    assert (state, attempt) == ("succeeded", 2)
    assert second_worker != worker
    results = list((stack.var_dir / "media").rglob(f"{job}-*-result.jpg"))
    assert [path.name for path in results] == [f"{job}-2-result.jpg"]
    assert pictures.chroma(guest.get(done["urls"]["result"])) > 0.5
