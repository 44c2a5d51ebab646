"""The site with nothing to do: what its processes hold, and how soon one that colors is back."""

import os
import signal
import time

from bench import processor
from bench.rows import Row
from bench.start import jpeg
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack, running
from colorweb.testing.waiting import wait_for

STEADY = 20.0
"""Seconds in which the memory of an idle site falls by less than a hundredth."""
SECONDS = 300
TIMES = 3


def rows(*, quick: bool) -> list[Row]:
    """The site as `make run` starts it, and one with a single process that colors, killed."""
    return [_memory(), _return(1 if quick else TIMES)]


def _memory() -> Row:
    with running() as stack:
        processes = processor.family(stack.process.pid)
        found = _steady(stack)
    return Row(
        "the idle site, all its processes (PSS)",
        f"{found * 1024 / 1e6:.0f} MB",
        f"{len(processes)} processes",
        "",
        "at most 1.0 GB",
    )


def _steady(stack: Stack) -> int:
    """The kB that it holds once it has handed back what it needed to start."""
    found = [processor.held(stack.process.pid)]

    def is_steady() -> bool:
        found.append(processor.held(stack.process.pid))
        return found[-1] > 0.99 * found[-2]

    wait_for(is_steady, "the memory to be steady", SECONDS, every=STEADY)
    return found[-1]


def _return(times: int) -> Row:
    """From SIGKILL to a photo's colors, sent at once; the longest."""
    with running({"COLORWEB_PROCESSES": "1"}) as stack:
        guest = Guest(stack)
        _color(guest, 0)
        took = [_killed(stack, guest, number) for number in range(1, times + 1)]
    what = f"SIGKILL of the process that colors to a photo colored by the next, of {times}"
    return Row(what, f"{max(took):.1f} s", "", "", "at most 5 s")


def _killed(stack: Stack, guest: Guest, number: int) -> float:
    for child in stack.children("gpu"):
        os.kill(child, signal.SIGKILL)
    began = time.monotonic()
    _color(guest, number)
    return time.monotonic() - began


def _color(guest: Guest, number: int) -> None:
    job = guest.post(f"{number}.jpg", jpeg(number)).json()["id"]
    assert guest.wait(job)["status"] == "succeeded"
