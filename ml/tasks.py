"""Celery's entry points: each wakes a function that could be called from a shell."""

from celery import shared_task

from ml.datasets import check, manage
from ml.training import queue
from ml.versions import evaluations


@shared_task(ignore_result=True)
def check_data_sets() -> None:
    """A wake-up token: check whatever data set waits."""
    check.work()


@shared_task(ignore_result=True)
def train() -> None:
    """A wake-up token: train whatever waits."""
    from ml.training import worker  # noqa: PLC0415 - only where there is something to train

    worker.work()


@shared_task(ignore_result=True)
def evaluate() -> None:
    """A wake-up token: measure whatever version waits for it."""
    evaluations.work()


@shared_task(ignore_result=True)
def reap() -> None:
    """Take back what dead workers left, and wake workers for what waits."""
    check.reap()
    queue.reap()
    evaluations.reap()


@shared_task(ignore_result=True)
def sweep() -> None:
    """Delete files that no row knows."""
    manage.sweep()
