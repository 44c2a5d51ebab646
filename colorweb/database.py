"""When the database is unavailable: which errors say so, and whether it is back."""

from __future__ import annotations

import time

from django.db import Error, InterfaceError, OperationalError, connection

# Of sqlite3: busy, locked, read-only, input/output, full, cannot open. All else is a wrong query.
OF_SQLITE = frozenset({5, 6, 8, 10, 13, 14})


def is_unavailable(error: BaseException) -> bool:
    """Whether an error says that the database cannot be used, whatever is asked of it."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is None or code & 0xFF in OF_SQLITE


def wait(seconds: float = 300.0) -> None:
    """Return once it answers; after so many seconds anyway."""
    deadline = time.monotonic() + seconds
    while not answers() and time.monotonic() < deadline:
        time.sleep(1)


def answers() -> bool:
    """Whether it answers, over a connection that was alive just now."""
    if connection.in_atomic_block:
        return True
    connection.close()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
