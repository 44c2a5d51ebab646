"""Celery's entry points: each wakes a function that could be called from a shell."""

from celery import shared_task
from django.conf import settings

from jobs import files, idempotency, people, queue


@shared_task(time_limit=settings.COLOUR_TASK_LIMIT, ignore_result=True)
def colour() -> None:
    """A wake-up token: colour whatever is next in the queue."""
    from jobs.worker import Worker  # noqa: PLC0415 - torch, in the processes that colour only

    Worker.here().work()


@shared_task(ignore_result=True)
def reap() -> None:
    """Take back what dead workers left."""
    queue.reap()


@shared_task(ignore_result=True)
def sweep_files() -> None:
    """Delete files that no row knows."""
    files.sweep()


@shared_task(ignore_result=True)
def expire_guests() -> None:
    """Delete guests' photos whose time has come."""
    people.expire_guests()


@shared_task(ignore_result=True)
def sweep_keys() -> None:
    """Forget yesterday's idempotency keys."""
    idempotency.sweep()
