"""Checks and evaluations whose worker died: they wait again, and fail after three."""

from typing import Any

from django.db.models import QuerySet

from colorweb import leases
from colorweb.errors import DomainError
from ml.models.task import Task


def requeue(rows: QuerySet[Any], failed: DomainError) -> None:
    """Free those of `rows` whose worker died; the last crash allowed ends them with `failed`."""

    def wait(task: Task) -> None:
        leases.release(task, state="queued")

    def give_up(task: Task) -> None:
        leases.release(task, state="failed", error=failed.kept)

    leases.requeue(rows, wait, give_up)
