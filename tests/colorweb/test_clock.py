"""No wrong clock deletes anything."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from colorweb import clock
from colorweb.runtime import REPOSITORY
from colorweb.testing import databases

HOUR = 3600.0


class Hands:
    """A machine's two clocks, moved by the test."""

    def __init__(self) -> None:
        self.wall, self.monotonic = 1_000_000.0, 50.0
        self.clock = clock.MachineClock(lambda: self.wall, lambda: self.monotonic)

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


@pytest.fixture
def hands():
    return Hands()


def test_nothing_is_deleted_in_the_first_hour_after_a_start(hands):
    hands.pass_(HOUR - 1)
    assert hands.clock.problem() == "the site has started within the last hour"
    hands.pass_(1)
    assert hands.clock.problem() == ""


@pytest.mark.parametrize("jump", [2 * HOUR, -2 * HOUR])
def test_nothing_is_deleted_while_the_clock_has_jumped(hands, jump):
    hands.pass_(HOUR)
    hands.wall += jump
    assert hands.clock.problem() == (
        f"the clock jumped by {jump:.0f} s; if it is right now, restart the site"
    )
    hands.pass_(24 * HOUR)
    assert hands.clock.problem()
    hands.wall -= jump
    assert hands.clock.problem() == ""


def test_a_clock_that_is_set_soon_after_the_start_is_right_an_hour_later(hands):
    hands.pass_(60)
    hands.wall += 20 * 365 * 24 * HOUR
    assert hands.clock.problem()
    hands.pass_(HOUR - 1)
    assert hands.clock.problem()
    hands.pass_(1)
    assert hands.clock.problem() == ""


@pytest.mark.django_db
def test_a_sweep_waits_for_a_clock_that_is_right(monkeypatch, hands):
    ran = []
    monkeypatch.setattr(clock, "_machine", hands.clock)

    @clock.sweep
    def sweep() -> None:
        ran.append(True)

    sweep()
    assert ran == ([] if connection.vendor == "sqlite" else [True])
    hands.pass_(HOUR)
    sweep()
    assert ran[-1:] == [True]


WRONG_CLOCK = """
import django
django.setup()
from datetime import timedelta
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

call_command("migrate", verbosity=0)
now = timezone.now
timezone.now = lambda: now() + timedelta(days={days})

from colorweb import clock
from jobs.models import Photo
from jobs.photos import ownership, trash
from jobs.storage import orphans
from tests.jobs import make

photo = make.photo()
assert abs(photo.created_at - now()) < timedelta(minutes=1), photo.created_at
thrown_away = make.photo()
trash.put([thrown_away])
default_storage.save("photos/ab/abababab-abab-abab-abab-abababababab/x.jpg", ContentFile(b"x"))
swept = orphans.sweep(orphans.SHARDS), ownership.expire_guests(), trash.expire()
print(*swept, Photo.objects.count(), clock.is_wrong())
"""


@pytest.mark.parametrize("days", [400, -400])
def test_a_process_with_a_wrong_clock_deletes_nothing_that_is_young_and_knows_it(
    postgres, tmp_path, days
):
    """A photo just sent, one just thrown away, and an upload in flight."""
    with databases.temporary(postgres.url) as database:
        run = subprocess.run(
            [sys.executable, "-c", WRONG_CLOCK.format(days=days)],
            cwd=REPOSITORY,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "colorweb.settings",
                "DATABASE_URL": database,
                "VAR_DIR": str(tmp_path),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert (run.stdout, run.returncode) == ("0 0 0 1 True\n", 0), run.stderr
