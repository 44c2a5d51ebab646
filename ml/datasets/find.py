"""A data set by its name or the beginning of its id."""

from django.utils.translation import gettext_noop as _

from ml.datasets.errors import DataSetError
from ml.models import DataSet


def find(name: str) -> DataSet:
    """The newest data set of that name, or the one whose id begins so. Raises DataSetError."""
    for found in DataSet.objects.order_by("-created_at"):
        if name and (found.name == name or str(found.pk).startswith(name)):
            return found
    raise DataSetError("no_such_data_set", _("There is no data set called “%(name)s”."), name=name)
