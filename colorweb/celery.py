"""The Celery app: it carries wake-up tokens; the database is the queue."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colorweb.settings")

app = Celery("colorweb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def load_network(**_signal: Any) -> None:
    """Load and warm the network before the first token, in the processes that colour."""
    if os.environ.get("COLORWEB_WORKER") == "gpu":
        from jobs.worker import Worker  # noqa: PLC0415 - torch, in these processes only

        Worker.here()
