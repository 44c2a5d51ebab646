"""What happens to an account besides what allauth does."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_added
from django.conf import settings


def take_unconfirmed(email_address: EmailAddress, **_signal: Any) -> None:
    """A new address counts at once where no mail could ask its owner to confirm it."""
    if settings.MAIL_ARRIVES:
        return
    email_address.set_as_primary()
    EmailAddress.objects.filter(user=email_address.user).exclude(pk=email_address.pk).delete()


def connect() -> None:
    """Lets signals call these functions; for `AppConfig.ready`."""
    email_added.connect(take_unconfirmed)
