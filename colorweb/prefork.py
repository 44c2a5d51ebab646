"""Celery's pool of processes, which looks for those that have died every second instead of five.

`CELERY_CUSTOM_WORKER_POOL` names it: photos wait for one that colors. Celery closes inherited
connections in the children of a pool whose module's name has "prefork" in it.
"""

from collections.abc import Callable
from typing import Any

from celery.concurrency.asynpool import AsynPool
from celery.concurrency.prefork import TaskPool

LOOK_EVERY = 1.0  # seconds


class Processes(AsynPool):
    @property
    def timers(self) -> dict[Callable[[], Any], float]:
        """What Celery does again and again, and after how many seconds."""
        return {self.maintain_pool: LOOK_EVERY}


class Prefork(TaskPool):
    Pool = Processes
