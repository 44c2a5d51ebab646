"""A file that signals to a worker's pool process, which trains, that its worker has to end.

Celery lets a running task finish, and a training would for days. Signals of the main process do
not reach the pool, and it must not be killed before the run is saved.
"""

import os
from pathlib import Path

from django.conf import settings


def _file(worker: int) -> Path:
    return Path(settings.TRAINING_DIR) / f"worker-{worker}-ends"


def set_for(worker: int) -> None:
    """Flags that the worker of this process number has to end."""
    _file(worker).parent.mkdir(parents=True, exist_ok=True)
    _file(worker).touch()


def clear_for(worker: int) -> None:
    """Clears the flag of a worker that has just begun: process numbers are reused."""
    _file(worker).unlink(missing_ok=True)


def is_set() -> bool:
    """Whether the worker whose pool process this is has to end."""
    return _file(os.getppid()).exists()
