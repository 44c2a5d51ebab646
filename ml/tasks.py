"""Celery's entry points: each wakes a function that could be called from a shell."""

from celery import shared_task

from colorweb import clock
from colorweb.accounts import installation
from ml.datasets import check, orphans
from ml.training import queue
from ml.versions import evaluations


@shared_task(ignore_result=True)
def check_data_sets() -> None:
    """A wake-up: check the data sets that wait."""
    check.work()


@shared_task(ignore_result=True)
def train() -> None:
    """A wake-up: train the runs that wait."""
    from ml.training import worker  # noqa: PLC0415 - only where there is something to train

    worker.work()


@shared_task(ignore_result=True)
def evaluate() -> None:
    """A wake-up: measure the versions that wait."""
    evaluations.work()


@shared_task(ignore_result=True)
def reap() -> None:
    """Requeue what dead workers left, and wake workers for what waits."""
    check.reap()
    queue.reap()
    evaluations.reap()


@shared_task(ignore_result=True)
@clock.sweep
def sweep() -> None:
    """Delete files that no row knows, and pictures of photos that may no longer be shown."""
    installation.check()  # in another installation's storage no row knows a file
    orphans.sweep()
