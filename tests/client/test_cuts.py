"""Two thousand photos in forty folders, cut three times: each has its result, none has two."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.db import connections

from colorweb.testing import pictures
from colorweb.testing.waiting import wait_for
from jobs.models import Job, State
from jobs.queue import claims, states
from jobs.storage import files

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
FOLDERS, PHOTOS, CUTS = 40, 50, 3


@pytest.fixture
def signer() -> Iterator[None]:
    """A worker whose results say which content they were made of."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.02):
            for job in claims.claim("test", 8):
                with files.new_file(job.file("result")) as file:
                    file.write(job.photo.sha256.encode())
                states.change(job.pk, State.SUCCEEDED, fence=1, result=job.file("result"))
        connections.close_all()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    ended.set()
    thread.join(60)


def test_every_photo_has_its_own_result_and_none_has_two(site, signer, settings, tmp_path):
    settings.PHOTOS_A_DAY = settings.PHOTOS_WAITING = {"guest": 10_000, "account": 10_000}
    sources, out = tmp_path / "in", tmp_path / "out"
    whole = pictures.encoded()
    for folder in range(FOLDERS):
        place = sources / f"{1900 + folder}"
        place.mkdir(parents=True)
        for number in range(PHOTOS):
            # The same names in all folders, and in each two that differ in their suffix.
            name = f"{number // 2:02}.{'jpg' if number % 2 else 'jpeg'}"
            (place / name).write_bytes(whole + f"{folder}/{number}".encode())
    command = [sys.executable, "-m", "colorweb_client.cli", "colorize", "--server", site.url]
    command += ["--out", str(out), "-r", "--quiet", "--parallel", "8"]
    # Without folders to keep their names would all collide.
    command += [str(sources / f"{1900 + folder}") for folder in range(FOLDERS)]
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR / "client")}
    for cut in range(1, CUTS + 1):
        program = subprocess.Popen(command, env=environment)
        many = FOLDERS * PHOTOS * cut // (CUTS + 1)
        wait_for(partial(_are_there, many), "photos", seconds=600)
        program.kill()
        program.wait()
    assert subprocess.run(command, env=environment, check=False).returncode == 0

    made = {path: path.read_text() for path in out.rglob("*-color*") if path.is_file()}
    photos = {hashlib.sha256(path.read_bytes()).hexdigest() for path in sources.rglob("*.*")}
    assert len(photos) == FOLDERS * PHOTOS
    assert sorted(made.values()) == sorted(photos)
    kept = _kept(out)
    assert set(kept) == photos
    assert all((out / name).read_text() == digest for digest, name in kept.items())
    assert Job.objects.count() == FOLDERS * PHOTOS


def _are_there(jobs: int) -> bool:
    return Job.objects.count() >= jobs


def _kept(out: Path) -> dict[str, str]:
    """The manifest: SHA-256 of each photo -> its result."""
    lines = (out / ".colorweb" / "manifest.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines if line.endswith("}")]
    return {row["sha256"]: row["result"] for row in rows if row["result"]}
