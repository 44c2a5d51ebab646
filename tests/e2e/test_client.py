"""The client package against the real site."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from colorweb.runtime import REPOSITORY
from colorweb.testing import pictures
from colorweb.testing.stack import Stack
from colorweb.testing.waiting import wait_for


def start(stack: Stack, photos: Path, out: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "colorweb_client.cli", "colorize"),
            *sorted(str(path) for path in photos.iterdir()),
            *("--server", stack.base_url, "--out", str(out), "--parallel", "3"),
        ],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "client")},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_batch_survives_the_web_process_and_is_colored_once(stack: Stack, tmp_path: Path) -> None:
    photos, out = tmp_path / "album", tmp_path / "out"
    photos.mkdir()
    for number in range(12):
        (photos / f"{number}.jpg").write_bytes(pictures.jpeg(600 + number, 400))
    before = stack.rows("SELECT count(*) FROM jobs_job")[0][0]
    batch = start(stack, photos, out)
    wait_for(lambda: any(out.glob("*-color.jpg")), "the first result")
    stack.kill("web")
    _, stderr = batch.communicate(timeout=120)
    assert (batch.returncode, stderr.splitlines()[-1]) == (0, "12 of 12 photos")
    assert len(list(out.glob("*-color.jpg"))) == 12
    assert pictures.chroma((out / "0-color.jpg").read_bytes()) > 0.5
    assert stack.rows("SELECT count(*) FROM jobs_job")[0][0] == before + 12


def test_a_batch_that_was_killed_goes_on_where_it_was(stack: Stack, tmp_path: Path) -> None:
    photos, out = tmp_path / "album", tmp_path / "out"
    photos.mkdir()
    for number in range(6):
        (photos / f"{number}.jpg").write_bytes(pictures.jpeg(500 + number, 300))
    before = stack.rows("SELECT count(*) FROM jobs_job")[0][0]
    batch = start(stack, photos, out)
    wait_for(lambda: any(out.glob("*-color.jpg")), "the first result")
    batch.kill()
    batch.communicate()
    again = start(stack, photos, out)
    _, stderr = again.communicate(timeout=120)
    assert (again.returncode, stderr.startswith("6 of 6 photos")) == (0, True)
    assert len(list(out.glob("*-color.jpg"))) == 6
    assert stack.rows("SELECT count(*) FROM jobs_job")[0][0] == before + 6
