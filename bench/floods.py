"""One noisy visitor, and what a bystander on another address notices of it: `make floods`.

A real site, its flooder in a process of its own at `nice 19`, and a bystander who opens the page,
sends a photo, hears of it on a socket and waits for its colors. *Alone* is the same beside two
ordinary photos that are being colored. Loopback only; at most 25 minutes.

A flood is one function in `FLOODS`: it prepares everything, yields, and floods until it is killed.
One of `ENDING` ends before, with a line of what became of it; until then the bystander goes on.
Beside those of `ORDERLY`, which send one file after another, the median of the bystander's answers
may be twice that of before.
"""

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import IO, Any

import httpx
from websockets.sync.client import connect
from websockets.typing import Origin

from bench import flooding_files
from bench.flooding import FLOODS
from bench.scene import write_jpeg
from colorweb.testing import databases, postgres
from colorweb.testing.stack import Stack

NICE = 19
BYSTANDER, ORDINARY = "127.0.0.2", "127.0.0.3"  # the flooder is on 127.0.0.1
ROUNDS = 20
"""Visits alone, and at least as many beside a flood: a worst of few is better than one of many."""
TIMES, PLUS = 2, 1.0
"""A bystander's times may grow by so much: twice, and a second."""
TIMEOUT = 300  # seconds for one photo
ON_POSTGRES = ("uploads",)
ENVIRONMENT = {
    "webhooks": {"OUTGOING_HTTP": "1", "OUTGOING_PRIVATE": "1"},
    "broken_files": {"UPLOAD_RATE": "6000/min", "GUEST_PHOTOS_WAITING": "3000"},
    "corpus": {"UPLOAD_RATE": "6000/min", "GUEST_PHOTOS_WAITING": "3000"},
}
ENDING = flooding_files.FLOODS
ORDERLY = ("corpus",)


@dataclass
class Seen:
    """Seconds until the bystander has the page, an answer, a first message, a colored photo."""

    page: float
    answer: float
    message: float
    colored: float


class Visitor:
    """A guest at the REST API, from an address of their own."""

    def __init__(self, site: str, address: str, photo: bytes) -> None:
        self.site, self.address, self.photo = site, address, photo
        transport = httpx.HTTPTransport(local_address=address)
        self.http = httpx.Client(base_url=site, transport=transport, timeout=TIMEOUT)

    def post(self) -> str:
        """Send the photo; the job's id."""
        answer = self.http.post("/api/v1/jobs/", files={"image": ("a.jpg", self.photo)})
        self.http.cookies.clear()
        answer.raise_for_status()
        if token := answer.json().get("guest_token"):
            self.http.headers["Authorization"] = f"Bearer {token}"
        return str(answer.json()["id"])

    @contextmanager
    def socket(self, job: str) -> Iterator[Iterator[dict[str, Any]]]:
        """The messages of the job's socket."""
        address = f"ws{self.site.removeprefix('http')}/ws/jobs/{job}/"
        headers = {"Authorization": self.http.headers["Authorization"]}
        with connect(
            address,
            origin=Origin(self.site),
            additional_headers=headers,
            source_address=(self.address, 0),
            open_timeout=TIMEOUT,
        ) as socket:
            yield (json.loads(socket.recv(TIMEOUT)) for _ in itertools.count())

    def wait(self, job: str) -> None:
        """Wait until the job is colored."""
        with self.socket(job) as messages:
            _wait(messages)

    def see(self) -> Seen:
        """One visit from the first page to the colored photo."""
        began = time.perf_counter()
        self.http.get("/").raise_for_status()
        self.http.cookies.clear()  # a program has none: with cookies it would need CSRF
        opened = time.perf_counter()
        job = self.post()
        answered = time.perf_counter()
        with self.socket(job) as messages:
            first = next(messages)
            heard = time.perf_counter()
            _wait(itertools.chain([first], messages))
            colored = time.perf_counter()
        return Seen(opened - began, answered - opened, heard - answered, colored - opened)


def _wait(messages: Iterator[dict[str, Any]]) -> None:
    """Until a message says that the job is colored."""
    statuses = (message["job"]["status"] for message in messages if message["type"] == "job")
    status = next(status for status in statuses if status in ("succeeded", "failed", "canceled"))
    assert status == "succeeded", f"a photo {status}"


def worst(seen: list[Seen]) -> Seen:
    """The longest of each time."""
    return Seen(*map(max, zip(*map(astuple, seen), strict=True)))


def alone(bystander: Visitor, ordinary: Visitor) -> list[Seen]:
    """The bystander beside two ordinary photos that are being colored."""
    seen = []
    for _ in range(ROUNDS):
        others = [ordinary.post(), ordinary.post()]
        seen.append(bystander.see())
        for job in others:
            ordinary.wait(job)
    return seen


def visits(bystander: Visitor, is_over: Callable[[], bool]) -> Iterator[Seen]:
    """What the bystander sees, at least `ROUNDS` times, and until the flood is over."""
    count = 0
    while count < ROUNDS or not is_over():
        yield bystander.see()
        count += 1


def slower(usual: list[Seen], seen: list[Seen]) -> list[str]:
    """A line if the bystander's answers took longer than they may, in the middle."""
    before, during = (statistics.median(visit.answer for visit in each) for each in (usual, seen))
    line = f"median of answers: {before:.2f} s alone, {during:.2f} s in {len(seen)} visits"
    print(line, file=sys.stderr)
    return [line] if during > TIMES * before else []


@contextmanager
def flooded(name: str, site: str) -> Iterator[IO[str]]:
    """A flood is under way, prepared beforehand; what it prints."""
    process = subprocess.Popen(
        ["nice", "-n", str(NICE), sys.executable, "-m", "bench.flooding", name, site],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "prepared\n", f"flood {name} was not prepared"
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "flooding\n", f"flood {name} did not begin"
        yield process.stdout
        assert process.poll() is None, f"flood {name} ended before it was to"
    finally:
        process.kill()
        process.wait()


def longest(stack: Stack, known: set[str]) -> float:
    """Seconds of the longest job that ran, of those that are not `known`; unfinished ones too."""
    jobs = stack.rows("SELECT id, timings FROM jobs_job WHERE state = 'succeeded'")
    took = [
        sum(json.loads(timings).values() if isinstance(timings, str) else timings.values()) / 1000
        for job, timings in jobs
        if str(job) not in known
    ]
    return max(took, default=0.0)


def row(name: str, usual: Seen, seen: Seen, photo: float) -> tuple[str, bool]:
    """A row of the table, and whether it is within the bounds."""
    limits = Seen(*(TIMES * value + PLUS for value in astuple(usual)))
    limits.colored = TIMES * usual.colored + photo
    within = all(a <= b for a, b in zip(astuple(seen), astuple(limits), strict=True))
    cells = [f"{a:.2f} / {b:.2f}" for a, b in zip(astuple(seen), astuple(limits), strict=True)]
    return f"| {name} | {' | '.join(cells)} | {'yes' if within else 'NO'} |", within


@contextmanager
def site(name: str, folder: Path) -> Iterator[Stack]:
    """The site for a flood, on PostgreSQL where connections are what the flood takes."""
    with ExitStack() as parts:
        database = None
        if name in ON_POSTGRES:
            server = parts.enter_context(postgres.server())
            database = parts.enter_context(databases.temporary(server.url))
        stack = Stack(folder, ENVIRONMENT.get(name), database)
        stack.start()
        try:
            yield stack
        finally:
            stack.stop()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.floods", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="FLOOD", help=f"of {', '.join(FLOODS)}; all")
    names = parser.parse_args().names or list(FLOODS)
    if unknown := set(names) - set(FLOODS):
        parser.error(f"no flood is called {', '.join(sorted(unknown))}")
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.jpg"
        write_jpeg(photo, 1200, 900)
        print("| flood | page | answer | message | colored | within |\n|---|---|---|---|---|---|")
        for name in names:
            print(f"Measuring {name} ...", file=sys.stderr)
            with site(name, Path(folder) / name) as stack:
                text, within = measure(name, stack, photo.read_bytes())
            print(text, flush=True)
            failed += [] if within else [name]
    print("\nSeconds of the worst visit / its bound. `colored` is from sending to the colors.")
    if failed:
        sys.exit(f"Over their bounds: {', '.join(failed)}.")


def measure(name: str, stack: Stack, photo: bytes) -> tuple[str, bool]:
    """One flood on a site of its own, after the same visits without it."""
    bystander = Visitor(stack.base_url, BYSTANDER, photo)
    ordinary = Visitor(stack.base_url, ORDINARY, photo)
    bystander.see()  # what is only slow once
    usual = alone(bystander, ordinary)
    known = {str(job) for (job,) in stack.rows("SELECT id FROM jobs_job")}
    faults: list[str] = []
    with flooded(name, stack.base_url) as printed, ThreadPoolExecutor(1) as pool:
        line = pool.submit(printed.readline if name in ENDING else str)
        seen = list(visits(bystander, line.done))
        if name in ENDING:
            faults = flooding_files.faults(stack, line.result())
    if name in ORDERLY:
        faults += slower(usual, seen)
    text, within = row(name, worst(usual), worst(seen), longest(stack, known))
    print(*faults, sep="\n", file=sys.stderr)
    return text, within and not faults


if __name__ == "__main__":
    main()
