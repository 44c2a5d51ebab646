"""Heartbeats of all parts that work unseen, kept in the broker and gone when a process is.

A part is a program's worker processes, or something that has to happen again and again.
"""

from __future__ import annotations

import logging
import threading
import time

from django.db import connection

from colorweb import broker, clock, pytorch
from colorweb.health import fitness

log = logging.getLogger(__name__)

PREFIX = "colorweb:alive:"
CLOCK = "clock"
"""The part of processes on machines whose clocks are wrong."""
EVERY = 5.0  # seconds
EXPIRY = 15  # seconds


def beat(part: str, process: str = "", problem: str = "", seconds: int = EXPIRY) -> None:
    """Says that `part` is alive, for so many seconds; `problem` is what keeps it from its work."""
    broker.client().set(f"{PREFIX}{part}:{process}", problem, ex=seconds)


def processes(part: str) -> dict[str, str]:
    """The processes of a part that are alive, each with what keeps it from its work."""
    prefix = f"{PREFIX}{part}:"
    client = broker.client()
    keys = sorted(client.scan_iter(match=f"{prefix}*", count=1000))
    found = zip(keys, client.mget(keys) if keys else [], strict=True)
    return {key.removeprefix(prefix): str(each) for key, each in found if each is not None}


def problem(part: str) -> str:
    """What keeps a process of a part from its work; empty if all are well."""
    found = processes(part).values()
    return max(found, default="no heartbeat")


def can_work(part: str) -> bool:
    """Whether nothing keeps at least one process of a part from its work."""
    return "" in processes(part).values()


def start(part: str, process: str) -> None:
    """Lets this process beat and look after itself, from threads: a check may hang."""
    for run in (lambda: _beat(part, process), lambda: _check(process)):
        threading.Thread(target=run, name="heartbeat", daemon=True).start()


def _beat(part: str, process: str) -> None:
    while True:
        try:
            lacks = pytorch.problem() if part == "training" else ""
            beat(part, process, fitness.last_known_problem() or lacks)
        except Exception:
            log.warning("A heartbeat failed; next try soon.", exc_info=True)
        time.sleep(EVERY)


def _check(process: str) -> None:
    while True:
        if fitness.known_problem() != "database":
            _look_at_clock(process)
        connection.close()
        time.sleep(EVERY)


def _look_at_clock(process: str) -> None:
    """Shows a wrong clock; what it costs is not this process's own work."""
    try:
        if clock.is_wrong():
            beat(CLOCK, process, "clock")
    except Exception:
        log.warning("The clock was not compared with the database's.", exc_info=True)
