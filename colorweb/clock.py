"""Time that nothing is deleted by mistake for: the database's, and only where it can be trusted.

With PostgreSQL all machines share the clock of its server. SQLite's clock is this machine's, which
may be wrong when it starts and jump when it is corrected; what was deleted by then stays deleted.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.db import connection
from django.utils import timezone

log = logging.getLogger(__name__)

MARGIN = timedelta(minutes=10)
"""What is old is deleted so much later: the clocks that wrote its time were not all the same."""
ORPHAN_AGE = timedelta(days=1)
"""Files that no row knows are deleted so old. An upload takes minutes; the rest is for the clock of
the storage, which is none of ours."""
SETTLING = 3600.0
"""Seconds after a start in which the clock of a machine may still be set."""
TOLERANCE = 60.0
"""Seconds that two clocks may differ."""


def now() -> datetime:
    """The database's time."""
    if connection.vendor == "sqlite":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def is_wrong() -> bool:
    """Whether this machine's clock is far from the database's; never with SQLite, which has none.

    Wake-ups then expire before they are read, and signatures of messages and of S3 are refused.
    """
    ahead = (timezone.now() - now()).total_seconds()
    if abs(ahead) <= TOLERANCE:
        return False
    log.warning("The clock of this machine is %.0f s ahead of the database's.", ahead)
    return True


def before(age: timedelta) -> datetime:
    """What is older than this moment has reached its age for certain."""
    return now() - age - MARGIN


def is_orphan(modified: datetime) -> bool:
    """Whether a file that no row knows was not just written by somebody who is at it."""
    return modified < before(ORPHAN_AGE)


class MachineClock:
    """Whether this machine's clock has been right since the process started, as far as it shows.

    `wall` and `monotonic` give seconds; the second is never set, and goes on while it sleeps.
    """

    def __init__(self, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        self._started = self._wall(), self._monotonic()

    def problem(self) -> str:
        """Why nothing should be deleted by this clock now; empty if it may be."""
        with self._lock:
            wall, monotonic = self._started
            passed = self._monotonic() - monotonic
            jump = self._wall() - wall - passed
            if passed < SETTLING:
                if abs(jump) > TOLERANCE:  # set by now: the time of settling begins again
                    self._start()
                return "the site has started within the last hour"
        if abs(jump) > TOLERANCE:
            return f"the clock jumped by {jump:.0f} s; if it is right now, restart the site"
        return ""


_machine = MachineClock(
    time.time,
    # The plain monotonic clock stands still while a machine sleeps.
    lambda: time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)),
)


def sweep(task: Callable[[], None]) -> Callable[[], None]:
    """A task that deletes what is old: it does nothing while the clock cannot be trusted."""

    @wraps(task)
    def when_right() -> None:
        if connection.vendor == "sqlite" and (problem := _machine.problem()):
            log.info("%s deletes nothing: %s.", task.__name__, problem)
            return
        task()

    return when_right
