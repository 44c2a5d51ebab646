"""Wake-ups for the workers that color; losing one costs at most the reaper's five seconds."""

from colorweb.leases.wakeups import Wakeup

COLORIZE = Wakeup("jobs.tasks.colorize", "gpu", expires=None)
MAX_WAKEUPS = 1000
"""Wake-ups published at once, however many photos wait."""


def wake(count: int = 1) -> None:
    """Publish wake-ups, at most `MAX_WAKEUPS`."""
    COLORIZE.publish(min(count, MAX_WAKEUPS))


def waiting() -> int:
    """How many wake-ups wait in the broker."""
    return COLORIZE.waiting()
