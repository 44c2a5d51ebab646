"""Versions of the network change while photos are colored."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest

from colorweb.runtime import REPOSITORY
from colorweb.testing import pictures
from colorweb.testing.guest import Guest
from colorweb.testing.stack import STAFF, Stack
from colorweb.testing.waiting import wait_for

GUESTS, PHOTOS = 10, 20  # photos of each


@pytest.mark.long
def test_no_photo_fails_and_each_names_one_version_while_versions_change(
    stack: Stack, tmp_path: Path
) -> None:
    from tests.ml import networks  # noqa: PLC0415 (torch)

    version = models(stack, "import", str(networks.good_file(tmp_path, name="candidate")))
    staff, before = Staff(stack), colored_by(stack).total()
    staff.post("queue/pause/")
    guests = [Guest(stack) for _ in range(GUESTS)]
    everyone = [each for each in guests for _photo in range(PHOTOS)]
    sent = [(each, each.post("a.jpg", pictures.jpeg()).json()["id"]) for each in everyone]
    jobs = [job for _guest, job in sent]
    staff.post("queue/resume/")
    wait_for(lambda: colored_by(stack).total() >= before + 10, "the first photos")
    staff.post(f"models/{version.split()[-1].rstrip('.')}/promote/", reason="a test")
    wait_for(lambda: colored_by(stack)["candidate"] >= 10, "the new version at work", 300)
    staff.post("models/rollback/")
    for guest, job in sent:
        assert guest.wait(job, seconds=180)["error"] is None
    ours = ", ".join(f"'{job.replace('-', '')}', '{job}'" for job in jobs)
    versions = stack.rows(
        "SELECT model_name, model_version, count(*) FROM jobs_job "
        f"WHERE CAST(id AS text) IN ({ours}) GROUP BY model_name, model_version"
    )
    assert {name for name, _version, _count in versions} == {"candidate", "resnet-gray-unet"}
    assert len(versions) == 2
    assert sum(count for *_version, count in versions) == GUESTS * PHOTOS


class Staff:
    """A member of staff's browser at the REST API."""

    def __init__(self, stack: Stack) -> None:
        self.http = httpx.Client(base_url=stack.base_url, timeout=120)
        self.http.get("/account/login/")
        form = {"login": STAFF["ADMIN_EMAIL"], "password": STAFF["ADMIN_PASSWORD"]}
        token = self.http.cookies["csrftoken"]
        answer = self.http.post("/account/login/", data={**form, "csrfmiddlewaretoken": token})
        assert answer.status_code == 302, answer.text

    def post(self, path: str, **body: str) -> None:
        """Do something; it must work."""
        headers = {"X-CSRFToken": self.http.cookies["csrftoken"]}
        answer = self.http.post(f"/api/v1/{path}", json=body, headers=headers)
        assert answer.is_success, answer.text


def models(stack: Stack, *arguments: str) -> str:
    """`manage.py models` beside the running site."""
    return subprocess.run(
        [sys.executable, "manage.py", "models", *arguments],
        cwd=REPOSITORY,
        env=stack.environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def colored_by(stack: Stack) -> Counter[str]:
    """How many photos each network has colored."""
    query = "SELECT model_name, count(*) FROM jobs_job WHERE model_name <> '' GROUP BY model_name"
    return Counter(dict(stack.rows(query)))
