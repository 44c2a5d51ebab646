"""Whether processes of this site run on several machines, and what then cannot work.

Standard library only: asked before anything starts.
"""

from __future__ import annotations

import os
import socket
from urllib.parse import parse_qs, unquote, urlsplit

from colorweb import runtime
from colorweb.refusal import refusal

HERE = frozenset({"", "localhost", "127.0.0.1", "::1"})
NO_KEY = frozenset({"gpu", "training", "beat"})
"""Programs that sign and open nothing with SECRET_KEY."""


def problem(program: str = "") -> str:
    """Why this program must not start with these settings; empty if it may.

    A broker on another machine is there for workers on other machines. They take their work from
    the database and from the storage, so both must be the same for all of them. So must the key:
    what one machine signs another one opens. Without a name the program is all of them.
    """
    broker, database = _machine(runtime.broker_url()), _machine(runtime.database_url())
    if broker and runtime.database_url().startswith("sqlite"):
        return (
            f"REDIS_URL names another machine ({broker}), but SQLite is a file on this one. "
            "Set DATABASE_URL to a PostgreSQL that all machines reach, or run everything here "
            "without REDIS_URL."
        )
    if broker and not os.environ.get("S3_BUCKET") and not os.environ.get("MEDIA_DIR"):
        return (
            f"REDIS_URL names another machine ({broker}), but photos lie in a folder of this one. "
            "Set S3_BUCKET, or MEDIA_DIR to a folder that is the same on all machines."
        )
    if (
        (broker or database)
        and program not in NO_KEY
        and not runtime.environment_value("SECRET_KEY")
    ):
        name = "REDIS_URL" if broker else "DATABASE_URL"
        return (
            f"{name} names another machine ({broker or database}), but SECRET_KEY is not set. "
            "Set SECRET_KEY or SECRET_KEY_FILE to the key that all web machines share; the one "
            f"that a single machine made is in {runtime.var_dir() / 'secret_key'}."
        )
    return ""


def check_or_exit(program: str = "") -> None:
    """Ends this process with a sentence if it must not start."""
    if words := problem(program):
        raise refusal(words)


def _machine(url: str) -> str:
    """The machine that an address names, if it is another one; else an empty text."""
    parts = urlsplit(url)
    host = unquote(parts.hostname or "") or parse_qs(parts.query).get("host", [""])[0]
    here = host in HERE or host.startswith("/") or host == socket.gethostname()
    return "" if here else host
