"""When the site cannot start, it explains why in a line."""

import os
import socket
import subprocess
import sys

import pytest

from colorweb.runtime import REPOSITORY


@pytest.fixture
def serve(tmp_path):
    def serve(*command: str, **environment: str) -> str:
        command = command or ("colorweb.serve",)
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith("DJANGO")
        }
        run = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=REPOSITORY,
            env={
                **inherited,
                "VAR_DIR": str(tmp_path),
                "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert run.returncode == 1
        assert run.stderr.startswith("colorweb: ")
        assert "Traceback" not in run.stderr
        return run.stderr.strip()

    return serve


@pytest.fixture
def port():
    """A port that somebody has."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_named(serve, port):
    assert serve(PORT=str(port)) == (
        f"colorweb: Cannot listen on 127.0.0.1:{port} (Address already in use). "
        f"Choose another port: PORT={port + 1} make run"
    )


def test_a_port_that_is_no_number_is_named(serve):
    assert serve(PORT="http") == "colorweb: PORT must be a number, not 'http'."


def test_processes_of_a_killed_run_are_named(serve, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "supervisord.pid").write_text("4711\n")
    with socket.socket(socket.AF_UNIX) as supervisor:
        supervisor.bind(str(tmp_path / "run" / "supervisor.sock"))
        supervisor.listen()
        assert serve(PORT="0").endswith("are still there. Stop them with: kill 4711")


def test_what_a_killed_run_left_is_no_obstacle(serve, tmp_path, port):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "serve.lock").write_text("4711\n")
    with socket.socket(socket.AF_UNIX) as supervisor:
        supervisor.bind(str(tmp_path / "run" / "supervisor.sock"))
    assert "Cannot listen on" in serve(PORT=str(port))


def test_half_a_staff_account_is_refused(serve):
    assert serve(PORT="0", ADMIN_EMAIL="staff@example.org") == (
        "colorweb: ADMIN_EMAIL and ADMIN_PASSWORD make the first account only together."
    )


def test_a_weak_staff_password_is_refused(serve):
    output = serve(PORT="0", ADMIN_EMAIL="staff@example.org", ADMIN_PASSWORD="12345")
    assert output.startswith("colorweb: ADMIN_PASSWORD: This password is too short.")


ELSEWHERE = {"REDIS_URL": "redis://redis.example/0"}
SERVER = {"DATABASE_URL": "postgres://colorweb@db.example/colorweb"}
COMMANDS = [
    pytest.param(("colorweb.serve",), id="everything"),
    pytest.param(("colorweb.serve", "gpu"), id="one program"),
    pytest.param(("celery", "--app", "colorweb.celery", "worker"), id="celery by hand"),
    pytest.param(("uvicorn", "colorweb.asgi:application"), id="uvicorn by hand"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_sqlite_is_refused_beside_a_broker_on_another_machine(serve, command):
    assert serve(*command, **ELSEWHERE) == (
        "colorweb: REDIS_URL names another machine (redis.example), but SQLite is a file on this "
        "one. Set DATABASE_URL to a PostgreSQL that all machines reach, or run everything here "
        "without REDIS_URL."
    )


def test_a_folder_of_ones_own_is_refused_beside_a_broker_on_another_machine(serve):
    assert serve("colorweb.serve", "gpu", **ELSEWHERE, **SERVER) == (
        "colorweb: REDIS_URL names another machine (redis.example), but photos lie in a folder of "
        "this one. Set S3_BUCKET, or MEDIA_DIR to a folder that is the same on all machines."
    )


def test_one_program_alone_needs_a_broker(serve):
    assert serve("colorweb.serve", "gpu") == (
        "colorweb: gpu alone needs the broker of the others: set REDIS_URL."
    )


def test_a_program_there_is_not_is_named(serve):
    output = serve("colorweb.serve", "cpu")
    assert output.startswith("colorweb: There is no program 'cpu', only: prepare, ")


def test_a_secrets_file_that_is_not_there_is_named(serve, tmp_path):
    output = serve("colorweb.serve", "gpu", REDIS_URL_FILE=str(tmp_path / "none"))
    assert output.endswith(f"No such file or directory: '{tmp_path}/none'")


def test_storage_that_does_not_answer_is_named(serve, port):
    output = serve(
        *("colorweb.serve", "prepare"),
        S3_BUCKET="photos",
        S3_ENDPOINT_URL=f"http://127.0.0.1:{port + 1}",
        S3_ACCESS_KEY_ID="colorweb",
        S3_SECRET_ACCESS_KEY="no secret",
    )
    assert output.splitlines()[-1].startswith(
        "colorweb: The storage does not answer as it should: Could not connect to the endpoint URL"
    )
