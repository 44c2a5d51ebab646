"""Whether this process can do its work: a worker that cannot must not claim what others could do.

Each process keeps in mind whether it has to check itself before it claims again: after its start,
and after work failed that it may have failed itself.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage

from colorweb import database
from colorweb.health import counted
from colorweb.http import storage_unavailable

log = logging.getLogger(__name__)


class Unfit(Exception):
    """Something of this process's own keeps it from its work."""


STALE = 30.0  # seconds after which a check must have ended
FAILED_TASKS = 3  # in a row; then something is wrong that no check knows


class _State:
    def __init__(self) -> None:
        self.doubtful = False
        self.problem = ""  # as this process found when it last wanted to claim
        self.failed = 0  # tasks in a row
        self.known = ""  # as `known_problem` found it last, at `known_at` (monotonic seconds)
        self.known_at = time.monotonic()


_state = _State()


def forget() -> None:
    """As in a process that has just started."""
    vars(_state).update(vars(_State()))


def doubt() -> None:
    """Let this process check itself before it claims again."""
    _state.doubtful = True


def may_claim() -> bool:
    """Whether this process may claim work; one in doubt checks itself first."""
    if not _state.doubtful:
        return True
    found = problem() or _outcome("storage", storage_unavailable.probe)
    if found != _state.problem:
        log.warning("This worker %s.", f"claims nothing: {found}" if found else "claims again")
    _state.problem, _state.doubtful = found, bool(found)
    return not found


def is_own_failure(error: BaseException) -> bool:
    """Whether work failed by its surroundings, not by itself; this process is then in doubt."""
    found = problem()  # first: it also replaces a connection that has died
    if database.is_unavailable(error):
        found = "database"
    elif storage_unavailable.is_unavailable(error):
        found = "storage"
    if found:
        doubt()
        counted.OUTAGES.add(found)
        log.warning("Work goes back to the queue; this worker checks itself. %s", error)
    return bool(found)


def record_task(*, failed: bool) -> None:
    """Remembers how a task of this process ended."""
    _state.failed = _state.failed + 1 if failed else 0


def problem() -> str:
    """What keeps this process from its work: a name of CHECKS; empty if nothing does."""
    return next(filter(None, (_outcome(name, check) for name, check in CHECKS.items())), "")


def known_problem() -> str:
    """The same, and what its own claims and tasks have shown."""
    may_claim()  # so that a doubt ends where nothing waits to be claimed
    tasks = "tasks" if _state.failed >= FAILED_TASKS else ""
    _state.known = _state.problem or problem() or tasks
    _state.known_at = time.monotonic()
    return _state.known


def last_known_problem() -> str:
    """What `known_problem` found last; a check that hangs is a problem too."""
    hangs = time.monotonic() - _state.known_at > STALE
    return _state.known or ("checks" if hangs else "")


def _outcome(name: str, check: Callable[[], object]) -> str:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong is a problem
        log.info("%s: %s", name, error)
        return name
    return ""


def check_database() -> None:
    """Raises Unfit if the database does not answer."""
    if not database.answers():
        raise Unfit("the database does not answer")


def check_disk() -> None:
    """Raises Unfit, or OSError, if the largest photo would find no room where files are made."""
    for folder in {str(settings.FILE_UPLOAD_TEMP_DIR), tempfile.gettempdir()}:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"ok")
        _check_room(folder)


def check_storage() -> None:
    """Raises Unfit, WrongStorage or what a storage raises if files cannot be kept there."""
    from colorweb.accounts import installation  # noqa: PLC0415 - accounts have rows with leases

    installation.check()
    # Where `prepare` has not run yet the folder comes with its first file.
    if isinstance(default_storage, FileSystemStorage) and Path(default_storage.location).exists():
        _check_room(str(default_storage.location))


def _check_room(folder: str) -> None:
    if shutil.disk_usage(folder).free < settings.UPLOAD_MAX_BYTES:
        raise Unfit(f"less than {settings.UPLOAD_MAX_BYTES:,} bytes are free in {folder}")


CHECKS: Mapping[str, Callable[[], None]] = {
    "database": check_database,
    "storage": check_storage,
    "disk": check_disk,
}
