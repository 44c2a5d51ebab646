"""The faults: each is entered while photos are colored, lasts, and is repaired on leaving."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.faults.site import MOVING_WITHIN, WORKERS, Site
from colorweb.testing.waiting import wait_for

FAKETIME = Path(f"/usr/lib/{platform.machine()}-linux-gnu/faketime/libfaketimeMT.so.1")
CUTS = 5  # times that all connections to the database are ended
SLOW = 5.0  # seconds later than usual comes each answer: more than a look at a part waits


@dataclass(frozen=True)
class Fault:
    """What is done to the site; `lasts` if it is more than a moment, and has to show."""

    name: str
    happens: Callable[[Site], AbstractContextManager[object]]
    lasts: bool = True
    needs: Callable[[], str] = str  # why it cannot be tried here; empty: it can
    lost: Callable[[Site], int] = lambda _site: 0  # besides photos, once it is repaired


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


def _disk_full(machine: str) -> Callable[[Site], AbstractContextManager[None]]:
    @contextmanager
    def happens(site: Site) -> Iterator[None]:
        filler = site.small_disk(machine) / "filler"
        with suppress(OSError), filler.open("wb") as file:
            while True:
                file.write(bytes(1 << 20))
        yield
        filler.unlink()

    return happens


@contextmanager
def wrong_bucket(site: Site) -> Iterator[None]:
    """For one of the two machines that color."""
    site.bucket("another").create()
    site.kill("gpu-1", "gpu")
    site.serve("gpu-1", "gpu", COLORWEB_PROCESSES="1", S3_BUCKET="another")
    yield
    site.kill("gpu-1", "gpu")
    site.restart("gpu-1", "gpu")


@contextmanager
def clock_wrong(site: Site) -> Iterator[None]:
    """Two hours fast, on the machine whose workers sweep."""
    wrong = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": "+2h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    for program in ("default", "beat"):
        site.kill("web", program)
        site.serve("web", program, **site.site, **wrong)
    site.sweep()
    yield
    for program in ("default", "beat"):
        site.kill("web", program)
        site.restart("web", program)


NEWCOMERS = tuple(f"newcomer-{number}@example.org" for number in range(3))


@contextmanager
def mail_away(site: Site) -> Iterator[None]:
    site.stop_mail()
    for address in NEWCOMERS:
        site.sign_up(address)
    yield
    site.start_mail()


def _mails_lost(site: Site) -> int:
    """Mails to newcomers that have not come within the time."""
    with suppress(AssertionError):
        wait_for(lambda: site.mailed() >= set(NEWCOMERS), "the mails to come", MOVING_WITHIN)
    return len(set(NEWCOMERS) - site.mailed())


def _needs_faketime() -> str:
    return "" if FAKETIME.exists() else "there is no libfaketime (Debian: apt install libfaketime)"


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
    Fault("storage slow", storage_slow),
    Fault("web killed", _killed("web", "web")),
    Fault("scheduler dead", _killed("web", "beat")),
    Fault("default worker dead", _killed("web", "default")),
    Fault("a worker's disk full", _disk_full("gpu-1"), needs=_needs_root),
    Fault("the site's disk full", _disk_full("web"), needs=_needs_root),
    Fault("a worker's bucket wrong", wrong_bucket),
    Fault("mail away", mail_away, lost=_mails_lost),
    Fault("clock two hours fast", clock_wrong, needs=_needs_faketime),
)
