"""A thousand programs of one account that ask for their jobs at the same time, against one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlsplit

import httpx

from bench.rows import Row
from bench.start import jpeg
from colorweb.runtime import REPOSITORY
from colorweb.testing.stack import Stack, running

CLIENTS, JOBS = 1000, 20
ANSWERED = ("200", "304")
LATER = ("429", "503")
MAKE_ACCOUNT = """
from colorweb.accounts import tokens
from colorweb.accounts.models import User
user = User.objects.create_user("bench@example.org")
print(tokens.create(user, "bench", ["read", "write"])[1])
"""


@dataclass
class Polls:
    """What so many clients were answered, and after how many seconds each."""

    seconds: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second that say how a job is."""
        return sum(self.statuses[status] for status in ANSWERED) / self.seconds

    @property
    def p99(self) -> float:
        """Seconds within which 99 of 100 answers came."""
        return quantiles(self.waits, n=100)[98]


def rows(*, quick: bool) -> list[Row]:
    """One client, then a thousand, on a site that has nothing else to do."""
    seconds = 5 if quick else 20
    # So many that the rate of an account is not what is measured.
    with running({"REQUEST_RATE": "1000000/min"}) as stack:
        headers = {"Authorization": f"Bearer {_token(stack)}"}
        paths = _jobs(stack, headers)
        one = asyncio.run(_poll(stack.base_url, paths, headers, 1, seconds))
        many = asyncio.run(_poll(stack.base_url, paths, headers, CLIENTS, seconds))
    others = set(many.statuses) - {*ANSWERED, *LATER}
    said = ", ".join(f"{status}: {count:,}" for status, count in sorted(many.statuses.items()))
    print(f"  {said}", file=sys.stderr)
    assert not others, many.statuses
    return [
        Row(
            f"{CLIENTS:,} parallel polls of one account, answers a second",
            f"{many.rate:.0f} ({said})",
            f"{one.rate:.0f} of one client",
            f"{many.rate / one.rate:.2f} x",
            "at least 0.5 x",
        ),
        Row(
            f"{CLIENTS:,} parallel polls of one account, 99 of 100 answers within",
            f"{many.p99:.1f} s",
            f"{one.p99 * 1000:.0f} ms of one client",
            "",
            "at most 5 s",
        ),
    ]


def _token(stack: Stack) -> str:
    """An account's."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAKE_ACCOUNT],
        cwd=REPOSITORY,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()[-1]


def _jobs(stack: Stack, headers: dict[str, str]) -> list[str]:
    """The paths of jobs that have ended."""
    paths = []
    with httpx.Client(base_url=stack.base_url, headers=headers, timeout=60) as http:
        for number in range(JOBS):
            photo = {"image": ("a.jpg", jpeg(number))}
            answer = http.post("/api/v1/jobs/", files=photo, headers={"Prefer": "wait=30"})
            paths.append(urlsplit(answer.raise_for_status().json()["urls"]["self"]).path)
    return paths


async def _poll(
    site: str, paths: list[str], headers: dict[str, str], clients: int, seconds: float
) -> Polls:
    """So many clients poll one job each, one request after another, as `Retry-After` allows."""
    found = Polls()
    begin = time.monotonic()
    ends = begin + seconds
    turns = (
        _one(site, paths[number % len(paths)], headers, ends, found) for number in range(clients)
    )
    await asyncio.gather(*turns)
    found.seconds = time.monotonic() - begin
    return found


async def _one(site: str, path: str, headers: dict[str, str], ends: float, found: Polls) -> None:
    """Plain HTTP: a library would cost as much as the site."""
    place = urlsplit(site)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    tag = ""
    while time.monotonic() < ends:
        lines = [f"GET {path} HTTP/1.1", f"Host: {place.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"If-None-Match: {tag}"] if tag else []
        began = time.monotonic()
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        answered = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in head[1:] if line)
        }
        if length := int(answered.get("content-length", 0)):
            await reader.readexactly(length)
        found.waits.append(time.monotonic() - began)
        status = head[0].split()[1]
        found.statuses[status] += 1
        tag = answered.get("etag", tag)
        if status in LATER:
            pause = int(answered["retry-after"])  # a refusal without it is a mistake of the site's
            writer.close()  # the site closes connections that are idle for as long
            await asyncio.sleep(min(pause, max(0.0, ends - time.monotonic())))
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.close()
