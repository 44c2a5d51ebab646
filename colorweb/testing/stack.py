"""The real site as a user starts it, on a free port and a folder of its own."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from xmlrpc.client import ServerProxy

import psycopg
from supervisor.xmlrpc import SupervisorTransport

from colorweb.runtime import REPOSITORY
from colorweb.testing.ports import free_port
from colorweb.testing.waiting import wait_for

START_SECONDS = 300
STAFF = {"ADMIN_EMAIL": "staff@example.org", "ADMIN_PASSWORD": "a long enough pass phrase"}


class Stack:
    """`python -m colorweb.serve`, with handles to hurt it."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        database: str | None = None,  # the address of a PostgreSQL database; SQLite without
    ) -> None:
        self.var_dir = folder
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.database = database
        # The tests' own settings and addresses must not reach the site.
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "CACHE_URL")
        }
        self.environment = {
            **inherited,
            "VAR_DIR": str(folder),
            "PORT": str(self.port),
            "WEB_PROCESSES": "1",
            **STAFF,
            **({"DATABASE_URL": self.database} if self.database else {}),
            **(environment or {}),
        }
        self.process: subprocess.Popen[str]

    def start(self) -> None:
        """Starts it and waits until a photo could be colored."""
        self.var_dir.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "colorweb.serve"],
            cwd=REPOSITORY,
            env=self.environment,
            stdout=(self.var_dir / "serve.out").open("w"),
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            wait_for(self._is_ready, "the site to be ready", START_SECONDS)
        except AssertionError:
            self.stop()
            raise

    def stop(self) -> int:
        """Stops it as Ctrl-C does; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(120)

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the site ended: {self.output()}")
        return "Ready after" in self.output()

    def output(self) -> str:
        """What `make run` has printed."""
        return (self.var_dir / "serve.out").read_text()

    def log(self, program: str) -> str:
        """What a program has logged."""
        return (self.var_dir / "log" / f"{program}.log").read_text(errors="replace")

    def pid(self, program: str) -> int:
        """The process number of a supervised program, 0 while it is down."""
        return int(self._info(program)["pid"])

    def kill(self, program: str) -> None:
        """SIGKILL to a program; the supervisor's restart is waited for."""
        old = self.pid(program)
        os.kill(old, signal.SIGKILL)
        wait_for(lambda: self.pid(program) not in (0, old), f"{program} to be restarted")

    @contextmanager
    def without(self, program: str) -> Iterator[None]:
        """A program is not running, and is started again afterwards."""
        name = f"{self._info(program)['group']}:{program}"
        with self._supervisor() as supervisor:
            supervisor.supervisor.stopProcess(name)
        try:
            yield
        finally:
            with self._supervisor() as supervisor:
                supervisor.supervisor.startProcess(name)

    def _info(self, program: str) -> dict[str, Any]:
        with self._supervisor() as supervisor:
            programs: Any = supervisor.supervisor.getAllProcessInfo()
        return next(info for info in programs if info["name"] == program)

    def _supervisor(self) -> ServerProxy:
        transport: Any = SupervisorTransport(
            None, None, f"unix://{self.var_dir}/run/supervisor.sock"
        )
        return ServerProxy("http://127.0.0.1", transport=transport)

    @contextmanager
    def stopped(self, program: str) -> Iterator[None]:
        """A program and its children stand still, as on a machine that is out of breath.

        None of them with SQLite's one lock in its hands, or nobody could write.
        """
        processes = [self.pid(program), *self.children(program)]
        wait_for(lambda: self._stop(processes), "the database to be free")
        try:
            yield
        finally:
            _send(signal.SIGCONT, processes)

    def _stop(self, processes: list[int]) -> bool:
        _send(signal.SIGSTOP, processes)
        if self.database or self._can_write():
            return True
        _send(signal.SIGCONT, processes)
        return False

    def _can_write(self) -> bool:
        database = sqlite3.connect(self.var_dir / "db.sqlite3", timeout=1)
        with closing(database):
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
        return True

    def children(self, program: str) -> list[int]:
        """The processes that a program has started."""
        parent = self.pid(program)
        return [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and _parent_of(entry) == parent
        ]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds in the site's database."""
        if self.database:
            with psycopg.connect(self.database) as connection:
                return connection.execute(query.encode()).fetchall()
        with sqlite3.connect(self.var_dir / "db.sqlite3") as connection:
            return connection.execute(query).fetchall()


@contextmanager
def running(environment: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """The site with an empty folder, within the block."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "var", environment)
        stack.start()
        try:
            yield stack
        finally:
            stack.stop()


def _send(what: signal.Signals, processes: list[int]) -> None:
    for process in processes:
        os.kill(process, what)


def _parent_of(process: Path) -> int | None:
    try:
        # The second field is the command in brackets and may hold anything.
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None
