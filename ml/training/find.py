"""A run by its name or the beginning of its id."""

from django.utils.translation import gettext_noop as _

from ml.models import TrainingRun
from ml.training.errors import RunError


def find(name: str) -> TrainingRun:
    """The newest run of that name, or the one whose id begins so. Raises RunError."""
    for found in TrainingRun.objects.order_by("-created_at"):
        if name and (found.name == name or str(found.pk).startswith(name)):
            return found
    raise RunError("no_such_run", _("There is no training run called “%(name)s”."), name=name)
