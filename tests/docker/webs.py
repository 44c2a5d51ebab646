"""Two web processes of one site, which can be restarted one after the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from colorweb.runtime import REPOSITORY
from colorweb.testing import valkey
from colorweb.testing.ports import free_port
from colorweb.testing.waiting import wait_for

GRACEFUL = 20
"""Seconds that requests in flight have; far more than these need."""


class Site:
    """Two web processes that share a database, a broker and files, and nginx before them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = [free_port(), free_port()]
        self.port, broker = free_port(), free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.broker = valkey.start(folder / "broker.sock", port=broker)
        mine = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "CACHE_URL")
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in mine},
            "VAR_DIR": str(folder / "var"),
            "SITE_URL": self.base_url,
            "REDIS_URL": f"redis://127.0.0.1:{broker}/0",
            "GRACEFUL_SECONDS": str(GRACEFUL),
        }
        self.webs: dict[int, subprocess.Popen[bytes]] = {}
        self.first = 0
        assert self._run("prepare").wait(300) == 0

    @property
    def second(self) -> int:
        """The other one of the two."""
        return 1 - self.first

    def start_first_alone(self) -> None:
        """One process runs and is the first from now on: if only one does already, that one."""
        running = [number for number, web in self.webs.items() if web.poll() is None]
        if len(running) == 1:
            [self.first] = running
            return
        self.close_webs()
        self.start(self.first)

    def start(self, number: int) -> None:
        """Starts a web process, and waits until it answers."""
        port = self.ports[number]
        self.webs[number] = self._run("web", PORT=str(port))
        wait_for(lambda: is_up(f"http://127.0.0.1:{port}"), "the web process", 120)

    def stop(self, number: int) -> None:
        """Tells it to stop, as `docker compose` does; it finishes what it has begun."""
        self.webs[number].send_signal(signal.SIGTERM)

    def close_webs(self) -> None:
        for web in self.webs.values():
            web.kill()
            web.wait(30)
        self.webs.clear()

    def close(self) -> None:
        self.close_webs()
        self.broker.terminate()
        self.broker.wait(30)

    def _run(self, program: str, **environment: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "colorweb.serve", program],
                cwd=REPOSITORY,
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
            )


def is_up(address: str) -> bool:
    """Whether a site is there."""
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def refuses(port: int) -> bool:
    """Whether a process takes no connection more."""
    try:
        httpx.get(f"http://127.0.0.1:{port}/healthz")
    except httpx.TransportError:
        return True
    return False
