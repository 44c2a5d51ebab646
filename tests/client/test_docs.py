"""docs/api.md: every snippet is run, every table is true."""

import contextlib
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from standardwebhooks import Webhook

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.errors import documented
from colorweb.testing import pictures
from colorweb.testing.node import node
from colorweb.testing.ports import free_port
from colorweb.testing.waiting import wait_for
from jobs.models import Job
from jobs.queue import retries
from jobs.webhooks import endpoints

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
SNIPPETS = re.findall(r"^```(bash|python|js)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
COLORS = b"colors of old.jpg"


@pytest.fixture
def run(site, worker, tmp_path):
    """Runs a snippet in a folder with photos, against the server; what it printed."""
    (tmp_path / "old.jpg").write_bytes(pictures.encoded())
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "old.jpg").write_bytes(pictures.encoded(seed=1))
    command = tmp_path / "bin" / "colorweb"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m colorweb_client.cli "$@"\n')
    command.chmod(0o755)
    _, secret = tokens.create(User.objects.create_user("ada@example.org"), "x", ["read", "write"])
    environment = {
        **os.environ,
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(settings.BASE_DIR / "client"),
        "COLORWEB_TOKEN": secret,
    }

    def run(language: str, code: str) -> str:
        snippet = tmp_path / f"snippet.{'mjs' if language == 'js' else language}"
        snippet.write_text(code.replace("http://127.0.0.1:8000", site.url))
        program = {"bash": ["bash", "-eu"], "python": [sys.executable], "js": [node()]}[language]
        done = subprocess.run(
            [*program, str(snippet)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize(
    ("language", "code"),
    [snippet for snippet in SNIPPETS if "color.jpg" in snippet[1]],
    ids=lambda value: value if value in ("bash", "python", "js") else "photo",
)
def test_a_walk_through_ends_with_a_colored_photo(run, tmp_path, language, code):
    run(language, code)
    assert (tmp_path / "color.jpg").read_bytes() == COLORS


def test_a_folder_is_colored(run, tmp_path):
    [code] = [code for _, code in SNIPPETS if "colorweb colorize" in code]
    run("bash", code)
    assert (tmp_path / "colored" / "old-color.jpg").read_bytes() == COLORS


@pytest.mark.parametrize(
    ("language", "code"),
    [snippet for snippet in SNIPPETS if "small." in snippet[1]],
    ids=["bash", "python", "js"],
)
def test_another_file_is_made(run, tmp_path, language, code):
    run(language, code)
    kind = "png" if language == "js" else "webp"
    content = (tmp_path / f"small.{kind}").read_bytes()
    assert content == f"colors of old.jpg as {kind}".encode()


def test_two_photos_are_a_batch(run, tmp_path):
    [code] = [code for _, code in SNIPPETS if "batch.json" in code]
    run("bash", code)
    assert json.loads((tmp_path / "batch.json").read_text())["photos"] == 2


def test_a_photo_sent_again_is_the_same_job(run):
    [code] = [code for _, code in SNIPPETS if "Idempotency-Key" in code]
    assert run("bash", code) == "201\n200\n"


def test_a_photo_gets_a_title_and_a_look(run):
    [code] = [code for _, code in SNIPPETS if "-X PATCH" in code]
    photo = json.loads(run("bash", code))
    assert (photo["title"], photo["taken"]) == ("Harvest", "1895")
    assert photo["look"] == {"vividness": 1.3, "tones": 0.5, "revision": 1}
    assert Job.objects.get().reference == "box 12/7"


def test_a_token_is_made(run):
    [code] = [code for _, code in SNIPPETS if "nightly" in code]
    assert '"token":"cw_' in run("bash", code)


def test_a_webhook_is_made(run, tmp_path):
    [code] = [code for _, code in SNIPPETS if "archive.example" in code]
    run("bash", code)
    assert json.loads((tmp_path / "webhook.json").read_text())["secret"].startswith("whsec_")


def test_the_receiver_checks_what_it_gets(tmp_path):
    [code] = [code for _, code in SNIPPETS if "WEBHOOK_SECRET" in code]
    secret = endpoints.new_secret()
    (tmp_path / "receiver.py").write_text(code)
    port = str(free_port())
    program = subprocess.Popen(
        [sys.executable, "receiver.py"],
        cwd=tmp_path,
        env={**os.environ, "WEBHOOK_SECRET": secret, "PORT": port},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    body = json.dumps({"type": "job.succeeded", "data": {"urls": {"result": "there"}}})
    now = datetime.now(UTC)
    headers = {"webhook-id": "1", "webhook-timestamp": str(int(now.timestamp()))}
    headers["webhook-signature"] = Webhook(secret).sign("1", now, body)

    def send(content: str) -> int:
        return httpx.post(f"http://127.0.0.1:{port}/", content=content, headers=headers).status_code

    def first() -> int:
        with contextlib.suppress(httpx.ConnectError):
            return send(body)
        return 0

    try:
        assert wait_for(first, "the receiver") == 204
        assert send(body) == 204
        assert send(body + " ") == 401
    finally:
        program.terminate()
    assert program.communicate(timeout=60)[0] == "job.succeeded there\n"


def test_every_snippet_is_run():
    run_here = (
        *("color.jpg", "colorweb colorize", "Idempotency-Key", "COLORWEB_TOKEN"),
        *("archive.example", "WEBHOOK_SECRET", "small.", "batch.json"),
    )
    assert len(SNIPPETS) == 17
    assert all(any(mark in code for mark in run_here) for _, code in SNIPPETS)


def test_the_table_of_errors_has_every_code():
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert {code: (int(status), sentence) for status, code, sentence in rows} == {
        code: meaning[:2] for code, meaning in documented().items()
    }


def test_the_table_of_failures_has_every_code_that_does_not_lie_in_the_photo():
    assert set(re.findall(r"^\| `(\w+)` \| [A-Z]", PAGE, re.MULTILINE)) == set(retries.OURS)
