"""Promotions that were refused or taken back by themselves: on the console, and by mail to who
began them and to superusers.
"""

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from colorweb.accounts.models import User
from ml.models import Promotion

SHOWN = timedelta(days=7)


def on_console() -> Promotion | None:
    """The promotion that is on its way, or the last one, if it has ended badly of late."""
    rows = Promotion.objects.filter(kind=Promotion.Kind.PROMOTED).select_related("version")
    last = rows.first()
    if last is None or last.is_open:
        return last
    late = rows.filter(pk=last.pk, ended_at__gte=Now() - SHOWN)
    return last if last.error and late.exists() else None


def send(promotion: Promotion) -> None:
    """Write the mail; it is sent by whatever sends the site's mail."""
    addresses = _addresses(promotion)
    if not addresses:
        return
    subject = {
        Promotion.State.REFUSED: _("%(version)s was refused"),
        Promotion.State.ROLLED_BACK: _("%(version)s was taken back"),
    }[Promotion.State(promotion.state)] % {"version": promotion.version}
    page = f"{settings.SITE_URL.rstrip('/')}/admin/ml/promotion/{promotion.pk}/change/"
    stays = _("%(version)s stays in service.") % {"version": promotion.before}
    body = f"{promotion.error_message}\n\n{stays}\n\n{page}"
    for address in addresses:
        send_mail(f"[colorweb] {subject}", body, None, [address], fail_silently=True)


def _addresses(promotion: Promotion) -> list[str]:
    people = User.objects.filter(is_active=True, is_superuser=True)
    addresses = set(people.exclude(email="").values_list("email", flat=True))
    if promotion.by and promotion.by.is_active and promotion.by.email:
        addresses.add(promotion.by.email)
    return sorted(addresses)
