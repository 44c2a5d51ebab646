"""The faults: each is entered while photos are colored, lasts, and is repaired on leaving."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass

from bench.faults.site import WORKERS, Site

CUTS = 5  # times that all connections to the database are ended
SLOW = 1.0  # seconds later than usual comes each piece of a file


@dataclass(frozen=True)
class Fault:
    """What is done to the site; `lasts` if it is more than a moment, and has to show."""

    name: str
    happens: Callable[[Site], AbstractContextManager[object]]
    lasts: bool = True
    needs: Callable[[], str] = str  # why it cannot be tried here; empty: it can


@contextmanager
def children_killed(site: Site) -> Iterator[None]:
    for child in site.children():
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    yield


@contextmanager
def parents_killed(site: Site) -> Iterator[None]:
    for machine in WORKERS:
        site.kill(machine, "gpu")
    yield
    for machine in WORKERS:
        site.restart(machine, "gpu")


@contextmanager
def stopped(site: Site) -> Iterator[None]:
    site.signal(signal.SIGSTOP)
    yield
    site.signal(signal.SIGCONT)


@contextmanager
def broker_lost(site: Site) -> Iterator[None]:
    site.kill_broker()
    yield
    site.start_broker()


@contextmanager
def database_restarted(site: Site) -> Iterator[None]:
    site.postgres.restart()
    yield


@contextmanager
def database_cut(site: Site) -> Iterator[None]:
    for _ in range(CUTS):
        site.postgres.terminate_connections()
        time.sleep(1)  # so that each cut meets work under way
    yield


@contextmanager
def database_away(site: Site) -> Iterator[None]:
    site.postgres.stop()
    yield
    site.postgres.start()


def storage_unreachable(site: Site) -> AbstractContextManager[None]:
    return site.storage.away()


def storage_slow(site: Site) -> AbstractContextManager[None]:
    return site.storage.slow(SLOW)


def _killed(machine: str, program: str) -> Callable[[Site], AbstractContextManager[None]]:
    @contextmanager
    def happens(site: Site) -> Iterator[None]:
        site.kill(machine, program)
        yield
        site.restart(machine, program)

    return happens


@contextmanager
def worker_disk_full(site: Site) -> Iterator[None]:
    """Of one of the two machines that color."""
    filler = site.small_disk / "filler"
    with filler.open("wb") as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 20))
    yield
    filler.unlink()


@contextmanager
def wrong_bucket(site: Site) -> Iterator[None]:
    """For one of the two machines that color."""
    site.bucket("another").create()
    site.kill("gpu-1", "gpu")
    site.serve("gpu-1", "gpu", COLORWEB_PROCESSES="1", S3_BUCKET="another")
    yield
    site.kill("gpu-1", "gpu")
    site.restart("gpu-1", "gpu")


def _needs_root() -> str:
    return "" if os.geteuid() == 0 and shutil.which("mount") else "mounting a small disk needs root"


FAULTS = (
    Fault("children killed", children_killed, lasts=False),
    Fault("parents killed", parents_killed),
    Fault("workers stopped", stopped),
    Fault("broker lost", broker_lost),
    Fault("database restarted", database_restarted, lasts=False),
    Fault("database cut", database_cut, lasts=False),
    Fault("database away", database_away),
    Fault("storage away", storage_unreachable),
    Fault("storage slow", storage_slow, lasts=False),
    Fault("web killed", _killed("web", "web")),
    Fault("scheduler dead", _killed("web", "beat")),
    Fault("default worker dead", _killed("web", "default")),
    Fault("a worker's disk full", worker_disk_full, needs=_needs_root),
    Fault("a worker's bucket wrong", wrong_bucket),
)
