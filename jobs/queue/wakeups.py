"""Wake-ups for the workers that color; losing one costs at most the reaper's five seconds."""

from colorweb.leases.wakeups import Wakeup

COLORIZE = Wakeup("jobs.tasks.colorize", "gpu", expires=None)
MAX_WAKEUPS = 500
"""Wake-ups that wait at a time, however many photos do: more than workers take in the seconds until
the reaper publishes the next."""


def wake(count: int = 1) -> None:
    """Publish wake-ups, at most `MAX_WAKEUPS`."""
    COLORIZE.publish(min(count, MAX_WAKEUPS))


def waiting() -> int:
    """How many wake-ups wait in the broker."""
    return COLORIZE.waiting()
