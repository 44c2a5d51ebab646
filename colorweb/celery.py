"""The Celery app: it carries wake-ups; the database is the queue."""

import gc
import os
import time
from typing import Any

from celery import Celery
from celery.signals import (
    celeryd_init,
    task_failure,
    task_postrun,
    task_prerun,
    task_success,
    worker_before_create_process,
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
def check_machines(**_signal: Any) -> None:
    """A worker that could not reach what the others share must not take their work."""
    machines.check_or_exit(os.environ.get("COLORWEB_WORKER", "default"))


@task_prerun.connect
@task_postrun.connect
def drop_dead_connections(**_signal: Any) -> None:
    """A task starts with connections that are alive; Celery, which would close the whole pool, is
    kept from it by CELERY_DB_REUSE_MAX."""
    from django.db import close_old_connections  # noqa: PLC0415 - needs the settings

    close_old_connections()


_began: dict[str, float] = {}


@task_prerun.connect
def begin_task(task_id: str, **_signal: Any) -> None:
    """Its time counts from here."""
    _began[task_id] = time.monotonic()


@task_postrun.connect
def count_task(task_id: str, task: Any, state: str | None = None, **_signal: Any) -> None:
    """How long it took, and whether it failed, for /metrics."""
    from colorweb.health import counted  # noqa: PLC0415 - needs the settings

    took = time.monotonic() - _began.pop(task_id, time.monotonic())
    counted.TASK_SECONDS.observe(took, task.name)
    if state == "FAILURE":
        counted.TASK_FAILURES.add(task.name)


@task_success.connect
@task_failure.connect
def record_end(signal: Any, exception: BaseException | None = None, **_more: Any) -> None:
    """Failures one after another show in the heartbeat; after an outage all leases get time."""
    from colorweb import database  # noqa: PLC0415 - needs the settings
    from colorweb.health import fitness  # noqa: PLC0415
    from colorweb.leases import outages  # noqa: PLC0415

    fitness.record_task(failed=signal is task_failure)
    if exception and database.is_unavailable(exception):
        outages.record()


@worker_before_create_process.connect
def share_memory(**_signal: Any) -> None:
    """What the parent has made stays shared with its children: no collection touches it."""
    gc.collect()
    gc.freeze()


@worker_init.connect
def start_working_last(**_signal: Any) -> None:
    """Celery's own receiver, which closes all connections and the pool, comes before ours: what
    our threads have opened would be closed under them."""
    worker_process_init.connect(start_working)


def start_working(**_signal: Any) -> None:
    """A worker process checks itself before its first claim, and shows that it can work.

    Those that color load and warm the network before.
    """
    from colorweb.health import fitness, heartbeats  # noqa: PLC0415 - need the settings
    from colorweb.leases import worker_name  # noqa: PLC0415

    fitness.doubt()
    program = os.environ.get("COLORWEB_WORKER")
    if program == "gpu":
        from jobs.results.worker import Worker  # noqa: PLC0415 - a network, in these processes only
        from ml.imaging.priority import let_others_first  # noqa: PLC0415

        # The threads that it has begun, for leases and for those who mend, keep their priority.
        if not Worker.here().on_gpu:
            let_others_first()
    if program:
        heartbeats.start(program, worker_name())


@worker_init.connect
@worker_shutting_down.connect
def stop_training(signal: Any, **_more: Any) -> None:
    """Let a training save itself and wait for the next worker, when this one has to end."""
    if os.environ.get("COLORWEB_WORKER") == "training":
        from ml.training import shutdown_flag  # noqa: PLC0415 - only now are the apps there

        (shutdown_flag.set_for if signal is worker_shutting_down else shutdown_flag.clear_for)(
            os.getpid()
        )
