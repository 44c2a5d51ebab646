"""Whether processes of this site run on several machines, and what then cannot work.

Standard library only: asked before anything starts.
"""

from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

from colorweb import runtime

HERE = frozenset({"", "localhost", "127.0.0.1", "::1"})


def refusal() -> str:
    """Why this process must not start with these addresses; empty if it may.

    A broker on another machine is there for workers on other machines. They take their work from
    the database and from the storage, so both must be the same for all of them.
    """
    broker = urlsplit(runtime.broker_url())
    host = broker.hostname or ""
    if broker.scheme == "unix" or host in HERE or host == socket.gethostname():
        return ""
    if runtime.database_url().startswith("sqlite"):
        return (
            f"REDIS_URL names another machine ({host}), but SQLite is a file on this one. "
            "Set DATABASE_URL to a PostgreSQL that all machines reach, or run everything here "
            "without REDIS_URL."
        )
    if not os.environ.get("S3_BUCKET") and not os.environ.get("MEDIA_DIR"):
        return (
            f"REDIS_URL names another machine ({host}), but photos lie in a folder of this one. "
            "Set S3_BUCKET, or MEDIA_DIR to a folder that is the same on all machines."
        )
    return ""


def check_or_exit() -> None:
    """Ends this process with a sentence if it must not start."""
    if reason := refusal():
        raise SystemExit(f"colorweb: {reason}")
