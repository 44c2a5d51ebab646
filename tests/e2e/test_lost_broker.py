"""Losing the broker loses no photo: the queue is in the database."""

from __future__ import annotations

import time

from colorweb.testing import pictures
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack

RECOVERED = 120  # seconds: everybody's reconnection, and the reaper's five


def test_photos_sent_while_the_broker_is_unavailable_are_accepted_at_once_and_colored_later(
    stack: Stack, guest: Guest
) -> None:
    with stack.without("broker"):
        began = time.monotonic()
        answer = guest.post("brokerless.jpg", pictures.jpeg())
        took = time.monotonic() - began
    assert answer.status_code == 201, answer.text
    assert took < 15
    assert guest.wait(answer.json()["id"], seconds=RECOVERED)["status"] == "succeeded"


def test_a_broker_that_forgets_everything_costs_no_waiting_photo(
    stack: Stack, guest: Guest
) -> None:
    with stack.stopped("gpu"):
        jobs = [guest.post(f"{n}.jpg", pictures.jpeg()).json()["id"] for n in range(3)]
        stack.kill("broker")
    states = [guest.wait(job, seconds=RECOVERED)["status"] for job in jobs]
    assert states == ["succeeded"] * 3
