"""Valkey servers, as the site starts them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import redis

from colorweb.serve.programs import valkey_command
from colorweb.testing.waiting import wait_for


def start(socket: Path, policy: str = "noeviction", port: int = 0) -> subprocess.Popen[bytes]:
    """A server at a Unix socket, and at a TCP port of this machine unless that is 0."""
    command = valkey_command(socket, "64mb", policy)
    command[command.index("--port") + 1] = str(port)
    process = subprocess.Popen(
        [*command, "--bind", "127.0.0.1"], cwd=socket.parent, stdout=subprocess.DEVNULL
    )
    wait_for(lambda: _answers(socket), f"Valkey at {socket}")
    return process


def _answers(socket: Path) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(socket)) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False
