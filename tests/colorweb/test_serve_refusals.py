"""When the site cannot start, it explains why in a line."""

import os
import socket
import subprocess
import sys

import pytest

from colorweb.runtime import REPOSITORY

NO_BROKER = "redis://127.0.0.1:1/0"
"""None is needed before a program runs."""


@pytest.fixture
def serve(var_dir):
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
                "VAR_DIR": str(var_dir),
                "DATABASE_URL": f"sqlite:///{var_dir}/db.sqlite3",
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
    assert serve(PORT="http") == "colorweb: PORT must be a whole number, not 'http'."


def test_a_model_that_is_not_there_is_named(serve):
    model = "/srv/my.safetensors"
    words = serve("colorweb.serve", "gpu", REDIS_URL=NO_BROKER, COLORWEB_MODEL=model)
    assert words == "colorweb: COLORWEB_MODEL: There is no model at /srv/my.safetensors."


def test_processes_of_a_killed_run_are_named(serve, var_dir):
    (var_dir / "run").mkdir()
    (var_dir / "run" / "supervisord.pid").write_text("4711\n")
    with socket.socket(socket.AF_UNIX) as supervisor:
        supervisor.bind(str(var_dir / "run" / "supervisor.sock"))
        supervisor.listen()
        assert serve(PORT="0").endswith("are still there. Stop them with: kill 4711")


def test_what_a_killed_run_left_is_no_obstacle(serve, var_dir, port):
    (var_dir / "run").mkdir()
    (var_dir / "run" / "serve.lock").write_text("4711\n")
    with socket.socket(socket.AF_UNIX) as supervisor:
        supervisor.bind(str(var_dir / "run" / "supervisor.sock"))
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


def test_a_secrets_file_that_is_not_there_is_named(serve, var_dir):
    output = serve("colorweb.serve", "gpu", REDIS_URL_FILE=str(var_dir / "none"))
    assert output.endswith(f"No such file or directory: '{var_dir}/none'")


def test_a_secret_key_file_that_is_not_there_makes_no_new_key(serve, var_dir):
    words = serve("colorweb.serve", "prepare", SECRET_KEY_FILE=str(var_dir / "key"))
    assert words == (
        "colorweb: SECRET_KEY_FILE cannot be read: [Errno 2] No such file or directory: "
        f"'{var_dir}/key'"
    )
    assert not (var_dir / "secret_key").exists()


def test_an_empty_secret_file_is_refused(serve, var_dir):
    (var_dir / "key").write_text("\n")
    words = serve("colorweb.serve", "prepare", SECRET_KEY_FILE=str(var_dir / "key"))
    assert words == f"colorweb: SECRET_KEY_FILE is empty: {var_dir}/key"


@pytest.mark.parametrize("program", ["prepare", "web", "default"])
def test_a_web_machine_without_the_shared_key_is_refused(serve, program, var_dir):
    assert serve("colorweb.serve", program, **ELSEWHERE, **SERVER, S3_BUCKET="photos") == (
        "colorweb: REDIS_URL names another machine (redis.example), but SECRET_KEY is not set. Set "
        "SECRET_KEY or SECRET_KEY_FILE to the key that all web machines share; the one that a "
        f"single machine made is in {var_dir}/secret_key."
    )


MAIL = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail")
BAD_VALUES = {
    "UPLOAD_MAX_BYTES": ("80 bananas", "a size such as 80MB, not '80 bananas'."),
    "GUEST_PHOTOS_A_DAY": ("-1", "a whole number, not '-1'."),
    "GUEST_RETENTION": ("nan", "a number from 0 to 100000, not 'nan'."),
    "URL_INTAKE": ("maybe", '"on" or "off", not \'maybe\'.'),
    "UPLOAD_RATE": ("600", "a rate such as 600/min (units: s, min, hour, day), not '600'."),
    "WEBHOOK_SCHEDULE": ("5,soon", "whole numbers, separated by commas, not '5,soon'."),
    "DATABASE_URL": (
        "mysql://db.example/colorweb",
        "an address that begins with postgres:// or postgresql:// or sqlite://.",
    ),
    "CACHE_URL": (
        "http://cache.example",
        "an address that begins with redis:// or rediss:// or unix://.",
    ),
    "SITE_URL": ("colors.example", "an address that begins with http:// or https://."),
    "S3_ENDPOINT_URL": ("storage:9000", "an address that begins with http:// or https://."),
    "EMAIL_URL": (
        "mail.example:587",
        f"an address that begins with {' or '.join(f'{scheme}://' for scheme in MAIL)}.",
    ),
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_value_that_cannot_be_read_is_named(serve, name):
    value, expected = BAD_VALUES[name]
    assert serve(PORT="0", **{name: value}) == f"colorweb: {name} must be {expected}"


def test_a_command_names_a_value_that_cannot_be_read(var_dir):
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    run = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=REPOSITORY,
        env={**environment, "VAR_DIR": str(var_dir), "REQUEST_MAX_BYTES": "much"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (run.returncode, run.stderr) == (
        1,
        "colorweb: REQUEST_MAX_BYTES must be a size such as 80MB, not 'much'.\n",
    )


def test_a_web_machine_without_its_static_files_is_refused(serve, var_dir):
    words = serve("colorweb.serve", "web", REDIS_URL=NO_BROKER, STATIC_DIR=str(var_dir / "none"))
    assert words.splitlines()[-1] == (
        f"colorweb: Static files are missing in {var_dir}/none (staticfiles.json, manifest.json). "
        "Build the front end (make setup), then collect them: "
        "python manage.py collectstatic --no-input"
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The address of a database that `prepare` made with the site's key."""
    folder = tmp_path_factory.mktemp("prepared")
    environment = {
        **os.environ,
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
        "REDIS_URL": NO_BROKER,
        "SECRET_KEY": "the site's",
    }
    environment.pop("DJANGO_SETTINGS_MODULE")
    prepare = [sys.executable, "-m", "colorweb.serve", "prepare"]
    subprocess.run(prepare, cwd=REPOSITORY, env=environment, timeout=120, check=True)
    return environment["DATABASE_URL"]


@pytest.mark.parametrize("program", ["prepare", "web", "default"])
def test_a_process_with_another_key_is_refused(serve, prepared, program):
    site = {"DATABASE_URL": prepared, "REDIS_URL": NO_BROKER}
    words = serve("colorweb.serve", program, **site, SECRET_KEY="another")
    assert words.startswith("colorweb: SECRET_KEY is not the key of this database.")


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
