"""A run by its name or the beginning of its id."""

from colorweb.errors import DomainError
from ml.models import TrainingRun


def find(name: str) -> TrainingRun:
    """The newest run of that name, or the one whose id begins so. Raises DomainError."""
    for found in TrainingRun.objects.order_by("-created_at"):
        if name and (found.name == name or str(found.pk).startswith(name)):
            return found
    raise DomainError("no_such_run", name=name)
