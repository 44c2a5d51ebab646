"""What is sent when a run has ended, to who started it: mail, and what others have registered."""

from collections.abc import Callable

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from ml.models.runs import TrainingRun

_registered: list[Callable[[TrainingRun], None]] = []


def register(also: Callable[[TrainingRun], None]) -> None:
    """Adds what is called with each run that has ended, in the transaction that ends it."""
    _registered.append(also)


def send(run: TrainingRun) -> None:
    """Write the mail, unless nobody known started it, and call the others."""
    for also in _registered:
        also(run)
    user = run.created_by
    if user is None or not user.is_active or not user.email:
        return
    state = {"run": run, "state": run.get_state_display()}
    page = f"{settings.SITE_URL.rstrip('/')}/admin/ml/trainingrun/{run.pk}/change/"
    result = _("Its version is %(version)s.") % {"version": run.version} if run.version else ""
    body = "\n\n".join(filter(None, [run.error_message, result, page]))
    subject = _("The training “%(run)s”: %(state)s") % state
    send_mail(f"[colorweb] {subject}", body, None, [user.email], fail_silently=True)
