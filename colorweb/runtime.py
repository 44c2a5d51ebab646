"""Where a running installation keeps its things: one folder for its data, one for its sockets.

Standard library only: settings, the launcher and the tests all ask here, before Django exists.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

REPOSITORY = Path(__file__).resolve().parent.parent

# A Unix socket's path may have 103 bytes on macOS and 107 on Linux, and supervisor binds
# "supervisor.sock.<pid>" before it renames it.
_LONGEST_RUN_DIR = 103 - len("/supervisor.sock.4194304")


def var_dir() -> Path:
    """The folder with everything this installation makes: database, photos, secret key, logs."""
    return Path(os.environ.get("VAR_DIR") or REPOSITORY / "var").expanduser().resolve()


def run_dir() -> Path:
    """The folder of sockets, lock and supervisor configuration; nothing in it outlives a run."""
    inside = var_dir() / "run"
    if len(os.fsencode(inside)) <= _LONGEST_RUN_DIR:
        return inside
    digest = hashlib.sha256(os.fsencode(inside)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"colorweb-{os.getuid()}-{digest}"


def log_dir() -> Path:
    """The folder of the processes' logs."""
    return var_dir() / "log"


def broker_url() -> str:
    """Redis or Valkey that carries tokens, websocket messages and heartbeats (`noeviction`)."""
    return os.environ.get("REDIS_URL") or f"unix://{run_dir() / 'broker.sock'}?db=0"


def cache_url() -> str:
    """Redis or Valkey that may forget (`allkeys-lru`).

    Where only REDIS_URL is given the cache shares that server, in its database 1.
    """
    given = os.environ.get("CACHE_URL")
    if given:
        return given
    broker = os.environ.get("REDIS_URL")
    if not broker:
        return f"unix://{run_dir() / 'cache.sock'}?db=0"
    parts = urlsplit(broker)
    if parts.scheme == "unix":
        return parts._replace(query="db=1").geturl()
    return parts._replace(path="/1").geturl()


def celery_url() -> str:
    """The broker's address as Celery spells it."""
    url = broker_url()
    if not url.startswith("unix://"):
        return url
    return f"redis+socket://{urlsplit(url).path}"


def host() -> str:
    """The address to listen on: this machine only, unless HOST says otherwise."""
    return os.environ.get("HOST") or "127.0.0.1"


def port() -> int:
    """The port to listen on."""
    return int(os.environ.get("PORT") or 8000)


def site_url() -> str:
    """The address people use, without a trailing slash."""
    return (os.environ.get("SITE_URL") or f"http://127.0.0.1:{port()}").rstrip("/")
