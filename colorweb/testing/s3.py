"""A real S3-compatible server on this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

from botocore import loaders

from colorweb.testing.ports import free_port
from colorweb.testing.waiting import wait_for

KEYS = {"access_key": "colorweb", "secret_key": "not a secret"}


@contextmanager
def server(log: Path) -> Iterator[str]:
    """Its address while it runs; everything in it is gone afterwards."""
    port = free_port()
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    # botocore reads its descriptions of all services for each client anew: half a second.
    one_loader = patch("botocore.session.create_loader", cache(loaders.create_loader))
    try:
        wait_for(lambda: _listens(port), "the S3 server to listen")
        with one_loader:
            yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
