"""How a worker that has to end tells its pool process, which trains: by a file with its number.

Celery lets a running task finish, and a training would for days. Signals of the main process do
not reach the pool, and it must not be killed before the run is saved.
"""

import os
from pathlib import Path

from django.conf import settings


def _of(worker: int) -> Path:
    return Path(settings.TRAINING_DIR) / f"worker-{worker}-ends"


def give(worker: int) -> None:
    """Says that the worker of this process number has to end."""
    _of(worker).parent.mkdir(parents=True, exist_ok=True)
    _of(worker).touch()


def withdraw(worker: int) -> None:
    """Says that it has just begun: numbers come again."""
    _of(worker).unlink(missing_ok=True)


def given() -> bool:
    """Whether the worker whose pool process this is has to end."""
    return _of(os.getppid()).exists()
