"""The Celery app: it carries wake-ups; the database is the queue."""

import os
from typing import Any

from celery import Celery
from celery.signals import (
    beat_init,
    celeryd_init,
    worker_init,
    worker_process_init,
    worker_shutting_down,
)

from colorweb import machines

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colorweb.settings")

app = Celery("colorweb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def check_machines(**_signal: Any) -> None:
    """A worker that could not reach what the others share must not take their work."""
    machines.check_or_exit()


@worker_process_init.connect
def load_network(**_signal: Any) -> None:
    """Load and warm the network before the first wake-up, in the processes that color."""
    if os.environ.get("COLORWEB_WORKER") == "gpu":
        from jobs.results.worker import Worker  # noqa: PLC0415 - torch, in these processes only

        Worker.here()


@worker_init.connect
@worker_shutting_down.connect
def stop_training(signal: Any, **_more: Any) -> None:
    """Let a training save itself and wait for the next worker, when this one has to end."""
    if os.environ.get("COLORWEB_WORKER") == "training":
        from ml.training import shutdown_flag  # noqa: PLC0415 - only now are the apps there

        (shutdown_flag.set_for if signal is worker_shutting_down else shutdown_flag.clear_for)(
            os.getpid()
        )
