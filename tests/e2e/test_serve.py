"""Starting and stopping it all."""

from __future__ import annotations

import os
import subprocess
import sys

import httpx
import pytest

from colorweb.runtime import REPOSITORY
from colorweb.testing.ports import free_port
from colorweb.testing.stack import STAFF, Stack
from colorweb.testing.waiting import wait_for
from ml.imaging.priority import NICE


def test_a_second_run_on_the_same_folder_is_refused(stack: Stack) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "colorweb.serve"],
        cwd=REPOSITORY,
        env={**stack.environment, "PORT": str(free_port())},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stderr == (
        f"colorweb: Already running on {stack.var_dir} (process {stack.process.pid}). "
        "Stop that one first, or give this one another VAR_DIR and PORT.\n"
    )


def test_coloring_on_processors_lets_pages_go_first(stack: Stack) -> None:
    web = os.getpriority(os.PRIO_PROCESS, stack.pid("web"))
    priorities = [os.getpriority(os.PRIO_PROCESS, pid) for pid in stack.children("gpu")]
    assert max(web, NICE) in priorities


def test_the_first_staff_account_logs_in_over_plain_http(stack: Stack) -> None:
    with httpx.Client(base_url=stack.base_url) as browser:
        browser.get("/admin/", follow_redirects=True)  # leads to the one way in
        form = {
            "login": STAFF["ADMIN_EMAIL"],
            "password": STAFF["ADMIN_PASSWORD"],
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        answer = browser.post("/account/login/", params={"next": "/admin/"}, data=form)
        assert (answer.status_code, answer.headers.get("location")) == (302, "/admin/")
        assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize("program", ["web", "default", "beat", "broker", "cache"])
def test_a_killed_process_comes_back(stack: Stack, program: str) -> None:
    stack.kill(program)
    wait_for(lambda: _is_ready(stack), f"the site to be ready after {program} was killed")


def _is_ready(stack: Stack) -> bool:
    try:
        answer = httpx.get(f"{stack.base_url}/readyz?strict=1", timeout=10)
    except httpx.TransportError:
        return False
    return answer.status_code == 200
