"""Celery's entry points: each wakes a function that could be called from a shell."""

from celery import shared_task

from colorweb import clock
from colorweb.accounts import installation
from ml.datasets import check, orphans
from ml.training import queue, retention, shutdown_flag
from ml.versions import canary, checks, evaluations


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
    evaluations.work(shutdown_flag.is_set)


@shared_task(ignore_result=True)
def check_versions() -> None:
    """A wake-up: check the versions that are to go into service, beside the photos."""
    checks.work_beside()


@shared_task(ignore_result=True)
def reap() -> None:
    """Requeue what dead workers left, wake workers for what waits, and decide on the canary."""
    check.reap()
    queue.reap()
    evaluations.reap()
    checks.reap()
    canary.review()


@shared_task(ignore_result=True)
@clock.sweep
def sweep() -> None:
    """Delete files that no row knows, that may no longer be shown, or that have had their time."""
    installation.check()  # in another installation's storage no row knows a file
    orphans.sweep()
    retention.sweep()
