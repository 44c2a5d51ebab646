"""Starting and stopping it all."""

from __future__ import annotations

import socket
import subprocess
import sys

import httpx
import pytest

from colorweb.runtime import REPOSITORY
from tests.e2e.stack import Stack, free_port
from tests.waiting import wait_for


def serve(stack: Stack, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command once more; it is expected to refuse."""
    return subprocess.run(
        [sys.executable, "-m", "colorweb.serve"],
        cwd=REPOSITORY,
        env={**stack.environment, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_second_run_on_the_same_folder_is_refused(stack: Stack) -> None:
    refused = serve(stack, PORT=str(free_port()))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"colorweb: Already running on {stack.var_dir} (process {stack.process.pid}). "
        "Stop that one first, or give this one another VAR_DIR and PORT.\n"
    )


def test_a_taken_port_is_named(stack: Stack, tmp_path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = serve(stack, PORT=str(port), VAR_DIR=str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"colorweb: Cannot listen on 127.0.0.1:{port} (Address already in use). "
        f"Choose another port: PORT={port + 1} make run\n"
    )


def test_a_weak_staff_password_is_refused(stack: Stack, tmp_path) -> None:
    refused = serve(
        stack,
        PORT=str(free_port()),
        VAR_DIR=str(tmp_path),
        DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3",
        ADMIN_EMAIL="staff@example.org",
        ADMIN_PASSWORD="12345",
    )
    assert refused.returncode == 1
    assert "ADMIN_PASSWORD: This password is too short." in refused.stderr


@pytest.mark.parametrize("program", ["web", "default", "beat", "broker", "cache"])
def test_a_killed_process_comes_back(stack: Stack, program: str) -> None:
    stack.kill(program)
    wait_for(lambda: _is_ready(stack), f"the site to be ready after {program} was killed")


def _is_ready(stack: Stack) -> bool:
    try:
        answer = httpx.get(f"{stack.base_url}/readyz?worker=1", timeout=10)
    except httpx.TransportError:
        return False
    return answer.status_code == 200
