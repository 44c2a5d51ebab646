"""A data set by its name or the beginning of its id."""

from colorweb.errors import DomainError
from ml.models import DataSet


def find(name: str) -> DataSet:
    """The newest data set of that name, or the one whose id begins so. Raises DomainError."""
    for found in DataSet.objects.order_by("-created_at"):
        if name and (found.name == name or str(found.pk).startswith(name)):
            return found
    raise DomainError("no_such_data_set", name=name)
