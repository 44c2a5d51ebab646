"""A process with a full database of its own that does what it is asked, and says for how long."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from colorweb.testing import databases


@contextmanager
def process(module: str, *numbers: int, server: str | None) -> Iterator[Callable[[str], str]]:
    """`python -m module numbers`, on a new database of `server`, or on SQLite, once it is ready;
    called with a line, it gives the answer to it.
    """
    with tempfile.TemporaryDirectory(prefix="colorweb-tests-") as folder, ExitStack() as stack:
        url = stack.enter_context(databases.temporary(server)) if server else ""
        child = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, numbers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "VAR_DIR": folder, "TEST_DATABASE_URL": url,
                 "DJANGO_SETTINGS_MODULE": "colorweb.testing.settings"},
        )  # fmt: skip
        with child:
            requests, answers = child.stdin, child.stdout
            assert requests
            assert answers

            def ask(line: str) -> str:
                print(line, file=requests, flush=True)
                return answers.readline().strip()

            assert answers.readline() == "ready\n"
            yield ask
            requests.close()


def set_up() -> None:
    """Django with an empty database, in such a process."""
    import django  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    # What is measured is our own work: no server beside this process and its database.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.DATABASES["default"].setdefault("OPTIONS", {}).pop("pool", None)
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


def clock() -> Callable[[], float]:
    """Seconds of processor time, of this process and of the PostgreSQL that works for it."""
    from django.db import connection  # noqa: PLC0415

    if connection.vendor != "postgresql":
        return time.process_time
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        used = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return lambda: time.process_time() + int(used.read_text().split()[0]) / 1e9
