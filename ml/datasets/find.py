"""A data set by what somebody types."""

from django.utils.translation import gettext_noop as _

from ml.datasets.errors import DataSetError
from ml.models import DataSet


def find(wish: str) -> DataSet:
    """The newest data set of that name, or the one whose id begins so. Raises DataSetError."""
    for found in DataSet.objects.order_by("-created_at"):
        if wish and (found.name == wish or str(found.pk).startswith(wish)):
            return found
    raise DataSetError("no_such_data_set", _("There is no data set called “%(name)s”."), name=wish)
