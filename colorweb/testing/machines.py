"""Several machines on this one: the containers' commands, each with a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import redis

from colorweb.runtime import REPOSITORY
from colorweb.testing import s3, valkey
from colorweb.testing.ports import free_port
from colorweb.testing.stack import STAFF
from colorweb.testing.waiting import wait_for

LOAD_TIMEOUT = 180  # seconds; networks load in parallel


class Machines:
    """A database, a broker and a storage that several machines share, and those machines."""

    def __init__(
        self, folder: Path, database: str, storage: str, environment: Mapping[str, str]
    ) -> None:
        self.folder = folder
        self.database = database
        self.broker = f"redis://127.0.0.1:{free_port()}/0"
        self.base_url = f"http://127.0.0.1:{free_port()}"
        # Just what compose.worker.yaml gives to a worker on another machine.
        self.shared = {
            **environment,
            "DATABASE_URL": database,
            "REDIS_URL": self.broker,
            "S3_ENDPOINT_URL": storage,
            "S3_BUCKET": "colorweb",
            "S3_ACCESS_KEY_ID": s3.KEYS["access_key"],
            "S3_SECRET_ACCESS_KEY": s3.KEYS["secret_key"],
        }
        (folder / "secret_key").write_text("a key that all web processes share")
        self.site = {
            "SITE_URL": self.base_url,
            "PORT": self.base_url.rsplit(":", 1)[-1],
            "SECRET_KEY_FILE": str(folder / "secret_key"),
            **STAFF,
        }
        self.processes: dict[tuple[str, str], subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Starts everything, in the order of the compose files."""
        self.start_broker()
        self.run("web", "-m", "colorweb.serve", "prepare", **self.site)
        for program in ("web", "default", "beat"):
            self.serve("web", program, **self.site)
        for machine in ("gpu-1", "gpu-2"):
            self.serve(machine, "gpu", COLORWEB_PROCESSES="1")
        wait_for(lambda: len(self.workers()) == 2, "both machines to color", LOAD_TIMEOUT)
        wait_for(self._is_ready, "the web to be ready")

    def serve(self, machine: str, program: str, **environment: str) -> None:
        """Starts one program on a machine, as a container does."""
        with (self.folder / f"{machine}-{program}.log").open("ab") as log:
            self.processes[machine, program] = subprocess.Popen(
                [sys.executable, "-m", "colorweb.serve", program],
                cwd=REPOSITORY,
                env=self._environment(machine, environment),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, machine: str, *command: str, **environment: str) -> str:
        """Runs a command of Python on a machine to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=REPOSITORY,
            env=self._environment(machine, environment),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def manage(self, *command: str) -> str:
        """Runs `manage.py` on the machine of the web process."""
        return self.run("web", "manage.py", *command, **self.site)

    def kill(self, machine: str, program: str) -> None:
        """Takes a program away with its children, as a machine that loses its power."""
        process = self.processes.pop((machine, program))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)

    def stop(self) -> None:
        """Stops all programs as `docker compose stop` does, those who color first."""
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in reversed(self.processes.values()):
            process.wait(60)
        self.processes.clear()

    def destroy(self) -> None:
        """What a fire does: the machines' folders and all rows are gone."""
        for folder in self.folder.iterdir():
            if folder.is_dir():
                shutil.rmtree(folder)
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def workers(self) -> list[bytes]:
        """The processes that have shown themselves as able to color."""
        with redis.Redis.from_url(self.broker) as client:
            return list(client.scan_iter("colorweb:worker:*"))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds in the database."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.encode()).fetchall()

    def logs(self) -> str:
        """The end of what each program has logged."""
        return "\n".join(
            f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}"
            for log in sorted(self.folder.glob("*.log"))
        )

    def _environment(self, machine: str, more: Mapping[str, str]) -> dict[str, str]:
        system = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**system, **self.shared, "VAR_DIR": str(self.folder / machine), **more}

    def start_broker(self) -> None:
        """Starts the broker, with nothing in it."""
        port = urlsplit(self.broker).port or 0
        self.processes["data", "broker"] = valkey.start(self.folder / "broker.sock", port=port)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.base_url}/readyz?worker=1", timeout=10).status_code == 200
        except httpx.TransportError:
            return False
