"""When this process last found the database unavailable."""

import time

from django.conf import settings


class _Last:
    seen = float("-inf")  # monotonic seconds


def record() -> None:
    """The database was unavailable just now."""
    _Last.seen = time.monotonic()


def was_lately() -> bool:
    """Whether workers may not have renewed their leases yet since the database is back."""
    return time.monotonic() - _Last.seen < 2 * settings.JOB_LEASE_RENEWAL.total_seconds()
