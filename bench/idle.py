"""The site with nothing to do: what its processes hold, and how soon one that colors is back."""

import os
import re
import signal
import tempfile
import time
from pathlib import Path

from bench import processor
from bench.rows import Row
from bench.start import jpeg
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack
from colorweb.testing.waiting import wait_for

STEADY = 20.0
"""Seconds in which the memory of an idle site falls by less than a hundredth."""
SECONDS = 300
TIMES = 3


def rows(*, quick: bool) -> list[Row]:
    """The site as `make run` starts it, and one with a single process that colors, killed."""
    return [_memory(), _return(1 if quick else TIMES)]


def _memory() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "var")
        stack.start()
        try:
            processes = processor.family(stack.process.pid)
            found = _steady(stack)
        finally:
            stack.stop()
    return Row(
        "the idle site, all its processes (PSS)",
        f"{found / 1e6:.0f} MB",
        f"{len(processes)} processes",
        "",
        "at most 1.0 GB",
    )


def _steady(stack: Stack) -> int:
    """The bytes that it holds once it has handed back what it needed to start."""
    found = [held(stack.process.pid)]

    def is_steady() -> bool:
        found.append(held(stack.process.pid))
        return found[-1] > 0.99 * found[-2]

    wait_for(is_steady, "the memory to be steady", SECONDS, every=STEADY)
    return found[-1]


def held(root: int) -> int:
    """Bytes of a process and its descendants, what they share counted once (PSS)."""
    texts = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in processor.family(root))
    return sum(int(re.findall(r"^Pss: +(\d+) kB", text, re.MULTILINE)[0]) * 1024 for text in texts)


def _return(times: int) -> Row:
    """From SIGKILL to a photo's colors, sent at once; the longest."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "var", {"COLORWEB_PROCESSES": "1"})
        stack.start()
        try:
            guest = Guest(stack)
            _color(guest, 0)
            took = [_killed(stack, guest, number) for number in range(1, times + 1)]
        finally:
            stack.stop()
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
