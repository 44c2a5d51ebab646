"""A run by what somebody types."""

from django.utils.translation import gettext_noop as _

from ml.models import TrainingRun
from ml.training.errors import RunError


def find(wish: str) -> TrainingRun:
    """The newest run of that name, or the one whose id begins so. Raises RunError."""
    for found in TrainingRun.objects.order_by("-created_at"):
        if wish and (found.name == wish or str(found.pk).startswith(wish)):
            return found
    raise RunError("no_such_run", _("There is no training run called “%(name)s”."), name=wish)
