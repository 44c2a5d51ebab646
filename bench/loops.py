"""The whole site with a filled queue, beside loops on the same cores that read, color and write the
same files and do nothing else.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from PIL import Image

from bench import processor
from bench.loop import READY
from bench.rows import Row, ms
from bench.scene import scene
from colorweb.runtime import REPOSITORY
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack, running
from colorweb.testing.waiting import wait_for

SIZES = {"256 px": (256, 256, 600), "2 megapixels": (1600, 1250, 120)}
"""Width, height, and how many photos."""
LIMITS = {
    "UPLOAD_RATE": "100000/min",
    "REQUEST_RATE": "100000/min",
    "GUEST_PHOTOS_WAITING": "10000",
}
SECONDS = 300
WARM = 8
"""Photos a core before the measurement, so that all that decodes and colors has started."""
CLIENTS = 6
"""Visitors at a time who send a photo and fetch its result: enough that the workers never wait."""
TOOK = """SELECT (julianday(max(finished_at)) - julianday(min(started_at))) * 86400
FROM (SELECT * FROM jobs_job WHERE state = 'succeeded' ORDER BY created_at DESC LIMIT {})"""
UNFINISHED = "SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')"


@dataclass
class Rate:
    """Photos a second by the clock, and milliseconds of processor time for each."""

    photos: float
    processor: float

    def __str__(self) -> str:
        return f"{self.photos:.2f} photos a second, {ms(self.processor)} of processor each"


def rows(*, quick: bool) -> list[Row]:
    """In wall-clock time, from the first photo begun to the last one done; loops are measured
    before and after the site."""
    found = []
    for name, (width, height, count) in SIZES.items():
        number = count // 5 if quick else count
        photos = [_jpeg(width, height, seed) for seed in range(4)]
        before = _by_loops(photos, number)
        with _site() as site:
            filled = site.drain(photos, number)
            served = site.serve(photos, number) if name == "256 px" else None
        loops = _mean(before, _by_loops(photos, number))
        what = f"the site with {number} photos of {name} in its queue"
        found.append(_row(what, filled, loops, "at least 0.85 x"))
        if served:
            what = "- the same photos sent, colored and fetched"
            found.append(_row(what, served, loops, "at least 0.70 x"))
    if _cores() > 1:
        found.append(_second_worker(quick=quick))
    return found


def _mean(*rates: Rate) -> Rate:
    return Rate(mean(rate.photos for rate in rates), mean(rate.processor for rate in rates))


def _row(what: str, site: Rate, loops: Rate, aim: str) -> Row:
    against = f"{loops.photos:.2f} of {_cores()} loops, {ms(loops.processor)}"
    return Row(what, str(site), against, f"{site.photos / loops.photos:.2f} x", aim)


def _second_worker(*, quick: bool) -> Row:
    """Each process that colors, with what decodes for it, stays on a core of its own."""
    width, height, count = SIZES["256 px"]
    photos = [_jpeg(width, height, seed) for seed in range(4)]
    rates = []
    for workers in (1, 2):
        with _site({"COLORWEB_PROCESSES": str(workers)}) as site:
            site.pin()
            rates.append(site.drain(photos, count // (10 if quick else 2) * workers))
    one, two = rates
    return Row(
        "a second worker, each on a core of its own, 256 px",
        str(two),
        f"{one.photos:.2f} of one",
        f"{two.photos / one.photos:.2f} x",
        "at least 1.8 x",
    )


class _Site:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def drain(self, photos: list[bytes], count: int) -> Rate:
        """The rate of a queue of `count` photos, all there at the start."""
        guest = Guest(self._stack)
        self._send(guest, photos, WARM * _cores())
        self._wait()
        self._queue("pause")
        self._send(guest, photos, count)

        def color() -> None:
            self._queue("resume")
            self._wait()

        used = self._used(color)
        [(seconds,)] = self._stack.rows(TOOK.format(count))
        return Rate(count / float(seconds), used / count * 1000)

    def serve(self, photos: list[bytes], count: int) -> Rate:
        """The rate of photos that are sent, colored, and whose results are fetched."""

        def visit(number: int) -> None:
            guest = Guest(self._stack)
            guest.http.headers["Prefer"] = "wait=60"
            for each in range(number, count, CLIENTS):
                job = guest.post(f"{each}.jpg", photos[each % len(photos)]).json()
                guest.get(job["urls"]["result"])

        began = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as threads:
            used = self._used(lambda: list(threads.map(visit, range(CLIENTS))))
        return Rate(count / (time.perf_counter() - began), used / count * 1000)

    def pin(self) -> None:
        """Color a few photos, then keep each process that colors on its core."""
        self._send(Guest(self._stack), [_jpeg(256, 256, 0)], WARM * _cores())
        self._wait()
        for core, worker in zip(
            sorted(os.sched_getaffinity(0)), self._stack.children("gpu"), strict=False
        ):
            processor.pin(worker, core)

    def _send(self, guest: Guest, photos: list[bytes], count: int) -> None:
        for number in range(count):
            guest.post(f"{number}.jpg", photos[number % len(photos)]).raise_for_status()

    def _wait(self) -> None:
        wait_for(
            lambda: self._stack.rows(UNFINISHED) == [(0,)], "the queue's end", SECONDS, every=1
        )

    def _queue(self, action: str) -> None:
        command = [sys.executable, "manage.py", "queue", action]
        env = self._stack.environment
        subprocess.run(command, cwd=REPOSITORY, env=env, check=True, stdout=subprocess.DEVNULL)

    def _used(self, work: Callable[[], object]) -> float:
        """Seconds of processor time of all of the site's processes meanwhile."""
        before = processor.seconds(self._stack.process.pid)
        work()
        return processor.seconds(self._stack.process.pid) - before


@contextmanager
def _site(environment: dict[str, str] | None = None) -> Iterator[_Site]:
    with running(LIMITS | (environment or {})) as stack:
        yield _Site(stack)


def _by_loops(photos: list[bytes], count: int) -> Rate:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        sources = [Path(folder) / f"{number}.jpg" for number in range(len(photos))]
        for source, content in zip(sources, photos, strict=True):
            source.write_bytes(content)
        command = [sys.executable, "-m", "bench.loop", folder, str(count // _cores())]
        loops = [
            stack.enter_context(
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, "OMP_NUM_THREADS": "1"},  # as `colorweb.serve` has it
                )
            )
            for _core in range(_cores())
        ]
        pids = [loop.pid for loop in loops]
        with ThreadPoolExecutor() as threads:
            list(threads.map(_answer, loops))  # all have started
            used, began = processor.seconds(*pids), time.perf_counter()
            for loop in loops:
                _go(loop)
            list(threads.map(_answer, loops))
            took, used = time.perf_counter() - began, processor.seconds(*pids) - used
        for loop in loops:
            _go(loop)
        return Rate(count / took, used / count * 1000)


def _go(loop: "subprocess.Popen[bytes]") -> None:
    assert loop.stdin
    loop.stdin.write(b"go\n")
    loop.stdin.flush()


def _answer(loop: "subprocess.Popen[bytes]") -> None:
    assert loop.stdout
    assert loop.stdout.readline() == READY, "a loop has ended"


def _jpeg(width: int, height: int, seed: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(scene(width, height, seed)).save(file, "JPEG", quality=90)
    return file.getvalue()


def _cores() -> int:
    return len(os.sched_getaffinity(0))
