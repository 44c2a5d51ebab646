"""Photos are sent before, during and after a fault; then what became of each is counted."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass

import httpx

from bench.faults.faults import Fault
from bench.faults.site import HOLD, MOVING_WITHIN, Site
from colorweb.testing import pictures
from colorweb.testing.waiting import wait_for

PHOTOS, BEFORE = 60, 20
EVERY = 0.5  # seconds between two photos once the fault has begun
ENDED_WITHIN = 240.0


@dataclass(frozen=True)
class Outcome:
    """What a fault cost."""

    fault: str
    lost: int
    doubled: int
    failed: int
    moving_after: float  # seconds from the repair until a photo was finished
    red: bool | None  # None: the fault was but a moment

    @property
    def good(self) -> bool:
        """Whether it is within the bounds."""
        unharmed = not (self.lost or self.doubled or self.failed)
        return unharmed and self.moving_after <= MOVING_WITHIN and self.red is not False


def measure(site: Site, fault: Fault) -> Outcome:
    """Hurt the site once; it is well again afterwards."""
    wait_for(lambda: not site.is_red(), "the site to be well", 120, every=1)
    sender = Sender(site)
    for number in range(BEFORE):
        sender.send(number)
    wait_for(lambda: _finished(site, sender) > 2, "photos to be colored", 120)
    later = threading.Thread(target=sender.send_rest, daemon=True)
    with fault.happens(site):
        later.start()
        red = _shows(site) if fault.lasts else None
    repaired = time.monotonic()
    before = _now(site)
    wait_for(lambda: _finished(site, sender, before), "a photo after the repair", ENDED_WITHIN)
    moving_after = time.monotonic() - repaired
    later.join()
    return _tally(site, sender, fault, moving_after, red)


def _shows(site: Site) -> bool:
    """Whether strict readiness turns red within its time; the fault lasts at least HOLD."""
    began, red = time.monotonic(), False
    while time.monotonic() - began < HOLD:
        red = red or site.is_red()
        time.sleep(0.5)
    return red


def _tally(
    site: Site, sender: Sender, fault: Fault, moving_after: float, red: bool | None
) -> Outcome:
    def all_ended() -> bool:
        return _count(site, sender, "state IN ('queued', 'running')") == 0

    try:
        wait_for(all_ended, "all photos to end", ENDED_WITHIN, every=1)
    except AssertionError:
        print(site.logs())
    there = _count(site, sender, "true")
    return Outcome(
        fault.name,
        lost=PHOTOS - _count(site, sender, "state IN ('succeeded', 'failed')") + fault.lost(site),
        doubled=max(0, there - PHOTOS) + site.doubled_results(),
        failed=_count(site, sender, "state = 'failed'"),
        moving_after=moving_after,
        red=red,
    )


def _finished(site: Site, sender: Sender, after: str = "-infinity") -> int:
    return _count(site, sender, f"state = 'succeeded' AND finished_at > '{after}'")


def _count(site: Site, sender: Sender, where: str) -> int:
    ours = f"SELECT id FROM jobs_photo WHERE name LIKE '{sender.prefix}%'"  # noqa: S608 - all of it
    query = f"SELECT count(*) FROM jobs_job WHERE photo_id IN ({ours}) AND {where}"  # noqa: S608
    [(count,)] = site.rows(query)
    return int(count)


def _now(site: Site) -> str:
    return str(site.rows("SELECT now()")[0][0])


class Sender:
    """A program that sends photos, each until it is accepted: again under the same key."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.prefix = f"fault-{uuid.uuid4().hex[:8]}-"
        self.http = httpx.Client(base_url=site.base_url, timeout=60)

    def send(self, number: int) -> None:
        """Sends one photo; fails if it is not accepted in time."""
        name, body = f"{self.prefix}{number}.jpg", pictures.jpeg(900 + number, 700)
        key = uuid.uuid4().hex

        def accepted() -> bool:
            try:
                answer = self.http.post(
                    "/api/v1/jobs/",
                    files={"image": (name, body)},
                    headers={"Idempotency-Key": key},
                )
            except httpx.TransportError:
                return False
            self.http.cookies.clear()
            if answer.is_success and "guest_token" in answer.json():
                self.http.headers["Authorization"] = f"Bearer {answer.json()['guest_token']}"
            return answer.is_success

        wait_for(accepted, f"{name} to be accepted", 180, every=1)

    def send_rest(self) -> None:
        """Sends all the others, one after another."""
        for number in range(BEFORE, PHOTOS):
            self.send(number)
            time.sleep(EVERY)
