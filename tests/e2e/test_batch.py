"""A night's batch: none lost, none doubled, memory flat, and a visitor in the middle hardly waits.

`COLORWEB_BATCH=10000` makes it the size of a real night; with `-s` it prints what it has seen.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from colorweb.runtime import REPOSITORY
from colorweb.testing import pictures
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack
from colorweb.testing.waiting import wait_for

pytestmark = pytest.mark.long

GROWTH = 60  # megabytes that a process may need more at the end than after a quarter
PHOTOS = int(os.environ.get("COLORWEB_BATCH", "200"))
BATCH = 1  # photos a claim on a CPU
ARCHIVE = "archive@example.org"
MAKE_TOKEN = f"""
from colorweb.accounts import tokens
from colorweb.accounts.models import User
print(tokens.create(User.objects.create_user("{ARCHIVE}"), "night", ["read", "write"])[1])
"""
SENT = f"""
SELECT photo.sha256, job.state, job.started_at
FROM jobs_job job JOIN jobs_photo photo ON photo.id = job.photo_id
JOIN accounts_user account ON account.id = photo.owner_id WHERE account.email = '{ARCHIVE}'
"""


def memory(process: int) -> int:
    """Resident megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def memory_of(stack: Stack) -> dict[str, int]:
    """Of the web process, and of the largest of each kind of worker."""
    return {
        "web": memory(stack.pid("web")),
        **{name: max(map(memory, stack.children(name))) for name in ("gpu", "default")},
    }


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
    began_at = time.monotonic()
    wait_for(lambda: len(list(out.glob("*-color.jpg"))) > PHOTOS // 4, "a quarter", PHOTOS * 3, 1)
    before = memory_of(stack)
    visitor = guest.post("visitor.jpg", pictures.jpeg()).json()["id"]
    done = guest.wait(visitor, seconds=60)
    assert batch.poll() is None, "the batch was over before the visitor came"
    _, stderr = batch.communicate(timeout=PHOTOS * 3)
    took, after = time.monotonic() - began_at, memory_of(stack)

    assert (batch.returncode, stderr) == (0, f"{PHOTOS} of {PHOTOS} photos\n")
    assert len(list(out.glob("*-color.jpg"))) == PHOTOS
    sent = stack.rows(SENT)
    assert len(sent) == PHOTOS
    assert len({sha256 for sha256, _, _ in sent}) == PHOTOS
    assert {state for _, state, _ in sent} == {"succeeded"}

    came, began = (moment(done[name]).replace(tzinfo=None) for name in ("created_at", "started_at"))
    starts = [moment(start).replace(tzinfo=None) for *_, start in sent]
    overtaken = sum(came < start < began for start in starts)
    print(
        f"\n{PHOTOS} photos in {took:.0f} s; {overtaken} others started in the "
        f"{(began - came).total_seconds():.1f} s that the visitor waited; "
        f"megabytes after a quarter {before}, at the end {after}"
    )
    assert overtaken <= 2 * BATCH * max(1, len(stack.children("gpu")))
    grown = {name: after[name] - before[name] for name in before}
    assert max(grown.values()) < GROWTH, grown
