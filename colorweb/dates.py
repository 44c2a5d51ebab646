"""Moments as JSON carries them."""

from datetime import datetime


def iso(moment: datetime | None) -> str | None:
    """A moment in UTC, as in "2026-11-28T12:00:00.123456Z"; None stays None."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None
