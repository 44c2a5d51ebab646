"""New versions on their way into service, in a browser: bad ones hurt nobody."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from colorweb.runtime import REPOSITORY
from colorweb.testing import pictures
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack
from colorweb.testing.waiting import wait_for
from ml.versions.canary import MIN_JOBS, Trial
from tests.e2e.test_training import log_in

pytestmark = pytest.mark.long

CHECKED = 120_000  # milliseconds
MINUTE = 60


@pytest.fixture
def staff(page: Page) -> Page:
    """A member of staff at the console."""
    log_in(page)
    return page


def manage(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` beside the running site."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=REPOSITORY,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def imported(stack: Stack, path: Path) -> str:
    """A weights file kept as a version: `name@version`."""
    done = manage(stack, "models", "import", str(path))
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1].rstrip(".")


def promote(staff: Page, version: str) -> None:
    """By the console's own dialog, for a reason."""
    staff.goto(f"/admin/ml/modelversion/?q={version.partition('@')[0]}")
    staff.get_by_role("link", name=version).click()
    staff.get_by_role("link", name="Promote…").click()
    expect(staff.get_by_text("In service now: resnet-gray-unet@")).to_be_visible()
    staff.get_by_label("Reason").fill("whatever")
    staff.get_by_role("button", name=f"Put {version} in service").click()


def guests(stack: Stack, trial: Trial, *, chosen: bool, count: int) -> Iterator[Guest]:
    """New visitors whose photos the canary colors, or does not."""
    while count:
        guest = Guest(stack)
        token = guest.http.get("/api/v1/me/").json()["guest_token"]
        guest.http.headers["Authorization"] = f"Bearer {token}"
        if trial.chooses(f"guest-{token.partition(':')[0]}") == chosen:
            count -= 1
            yield guest


def version_of(guest: Guest, photo: bytes) -> str:
    """The version that colored a photo, `name@version`."""
    job = guest.wait(guest.post("a.jpg", photo).json()["id"], "succeeded")
    return f"{job['model']['name']}@{job['model']['version']}"


def trial_of(stack: Stack) -> Trial:
    [(key, share, step)] = stack.rows(
        "SELECT id, share, step FROM ml_promotion WHERE state = 'canary'"
    )
    return Trial(key, None, share, step)  # type: ignore[arg-type]


def actions(stack: Stack, version: str) -> list[str]:
    """What was done to a version, from the account of actions."""
    lines = manage(stack, "actions", version, "--json").stdout.splitlines()
    return [action["what"] for action in map(json.loads, lines)][::-1]


@pytest.mark.parametrize(
    "broken",
    [(1e37, "endless", "values that are not numbers"), (0.4, "burnt", "far too strong")],
)
def test_a_broken_version_is_refused_before_any_visitor_s_photo(
    staff: Page, stack: Stack, guest: Guest, tmp_path: Path, broken: tuple[float, str, str]
) -> None:
    from tests.ml import networks  # noqa: PLC0415 (torch)

    value, name, words = broken
    version = imported(stack, networks.broken_file(tmp_path, value, name))
    promote(staff, version)
    expect(staff.get_by_role("heading", name="Refused")).to_be_visible(timeout=CHECKED)
    expect(staff.get_by_role("alert")).to_contain_text(words)
    assert version_of(guest, pictures.jpeg()) != version
    refused = manage(stack, "models", "promote", version, "--reason", "again")
    assert refused.returncode == 1
    assert words in refused.stderr
    assert actions(stack, version) == [
        *("version imported", "promotion begun", "version refused"),
        *("promotion begun", "version refused"),
    ]


@pytest.mark.parametrize("kind", ["now and then", "slow"])
def test_one_that_fails_or_is_slow_is_gone_within_a_minute_by_itself(
    staff: Page, stack: Stack, tmp_path: Path, kind: str
) -> None:
    from tests.ml import networks, now_and_then  # noqa: PLC0415 (torch)

    slow = kind == "slow"
    path = networks.good_file(tmp_path, 7, "slow", 1024) if slow else now_and_then.file(tmp_path)
    version = imported(stack, path)
    promote(staff, version)
    expect(staff.get_by_role("heading", name="Tried on a part")).to_be_visible(timeout=CHECKED)
    trial = trial_of(stack)
    others = list(guests(stack, trial, chosen=False, count=2))
    for guest in others * 3:
        assert version_of(guest, pictures.jpeg()) != version
    bad = pictures.jpeg() if slow else now_and_then.HARSH
    for guest in guests(stack, trial, chosen=True, count=5):
        assert (version_of(guest, bad) == version) == slow, "a photo never suffers"
    began = time.monotonic()
    expect(staff.get_by_role("heading", name="Rolled back")).to_be_visible(timeout=MINUTE * 1000)
    assert time.monotonic() - began < MINUTE
    assert version_of(others[0], pictures.jpeg()) != version
    staff.goto("/admin/")
    expect(staff.get_by_text("It was taken back by itself")).to_be_visible()
    assert actions(stack, version)[-2:] == ["canary begun", "version rolled back"]


def test_a_good_one_goes_through_and_back(staff: Page, stack: Stack, tmp_path: Path) -> None:
    from tests.ml import networks  # noqa: PLC0415 (torch)

    version = imported(stack, networks.good_file(tmp_path, 3))
    promote(staff, version)
    tried = staff.get_by_role("heading", name=re.compile("Tried on a part.*50 % of owners"))
    expect(tried).to_be_visible(timeout=CHECKED)
    trial = trial_of(stack)
    (inside,) = guests(stack, trial, chosen=True, count=1)
    (outside,) = guests(stack, trial, chosen=False, count=1)
    assert version_of(outside, pictures.jpeg()) != version
    for _photo in range(MIN_JOBS):
        assert version_of(inside, pictures.jpeg()) == version
    whole = staff.get_by_role("heading", name=re.compile("Tried on a part.*100 % of owners"))
    expect(whole).to_be_visible(timeout=MINUTE * 1000)
    for _photo in range(MIN_JOBS):
        assert version_of(outside, pictures.jpeg()) == version
    expect(staff.get_by_role("heading", name="In service")).to_be_visible(timeout=MINUTE * 1000)
    wait_for(lambda: version_of(Guest(stack), pictures.jpeg()) == version, "all to have it")
    staff.goto("/admin/ml/modelversion/")
    staff.get_by_role("link", name="Roll back…").click()
    staff.get_by_role("button", name=f"Take {version} back, return to resnet-gray-unet@").click()
    expect(staff.get_by_text("is in service.")).to_be_visible()
    assert version_of(outside, pictures.jpeg()) != version
    staff.goto(f"/admin/audit/action/?q={version}")
    for what in ("version put in service", "canary's next step", "version rolled back"):
        expect(staff.get_by_role("row", name=what).first).to_be_visible()
