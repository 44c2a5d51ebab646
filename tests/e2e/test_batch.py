"""A night's batch: none lost, none doubled, and a visitor in the middle hardly waits.

`COLORWEB_BATCH=10000` makes it the size of a real night.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from colorweb.runtime import REPOSITORY
from tests.e2e import pictures
from tests.e2e.stack import Guest, Stack
from tests.waiting import wait_for

pytestmark = pytest.mark.long

PHOTOS = int(os.environ.get("COLORWEB_BATCH", "200"))
BATCH = 4  # photos a claim on a CPU
MAKE_TOKEN = """
from colorweb.accounts import tokens
from colorweb.accounts.models import User
print(tokens.create(User.objects.create_user("archive@example.org"), "night", ["read", "write"])[1])
"""


def memory(process: int) -> int:
    """Resident megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def token(stack: Stack) -> str:
    """An account's token, as a queue owner of its own."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAKE_TOKEN]
    made = subprocess.run(
        command, cwd=REPOSITORY, env=stack.environment, capture_output=True, text=True, check=True
    )
    return made.stdout.split()[-1]


def moment(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def test_a_nights_batch(stack: Stack, guest: Guest, tmp_path: Path) -> None:
    photos, out = tmp_path / "album", tmp_path / "out"
    photos.mkdir()
    for number in range(PHOTOS):
        # Each a pixel larger than another, so that no two are the same photo.
        size = (120 + number % 100, 90 + number // 100)
        (photos / f"{number}.jpg").write_bytes(pictures.jpeg(*size))
    batch = subprocess.Popen(
        [
            *(sys.executable, "-m", "colorweb_client.cli", "colorize"),
            *(str(path) for path in photos.iterdir()),
            *("--server", stack.base_url, "--out", str(out), "--parallel", "32"),
        ],
        env={
            **os.environ,
            "PYTHONPATH": str(REPOSITORY / "client"),
            "COLORWEB_TOKEN": token(stack),
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: len(list(out.glob("*-colour.jpg"))) > PHOTOS // 4, "a quarter", PHOTOS)
    before = memory(stack.pid("web"))
    visitor = guest.post("visitor.jpg", pictures.jpeg()).json()["id"]
    done = guest.wait(visitor, seconds=60)
    assert batch.poll() is None, "the batch was over before the visitor came"
    _, said = batch.communicate(timeout=PHOTOS * 3)

    assert (batch.returncode, said) == (0, f"{PHOTOS} of {PHOTOS} photos\n")
    assert len(list(out.glob("*-colour.jpg"))) == PHOTOS
    jobs = stack.rows("SELECT queue_owner, started_at FROM jobs_job WHERE state = 'succeeded'")
    starts = [moment(start) for owner, start in jobs if owner.startswith("user:")]
    assert len(starts) == PHOTOS
    came, began = (moment(done[name]).replace(tzinfo=None) for name in ("created_at", "started_at"))
    overtaken = [start for start in starts if came < start.replace(tzinfo=None) < began]
    assert len(overtaken) <= 2 * BATCH * max(1, len(stack.children("gpu")))
    assert memory(stack.pid("web")) < before + 60
