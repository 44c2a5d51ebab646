"""What happens to an account besides what allauth does."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_added, email_confirmed, user_signed_up
from django.conf import settings
from django.http import HttpRequest

from colorweb.accounts.models import User
from colorweb.accounts.visitors import network_of


def take_unconfirmed(email_address: EmailAddress, **_signal: Any) -> None:
    """A new address counts at once where no mail could ask its owner to confirm it."""
    if settings.MAIL_ARRIVES:
        return
    email_address.set_as_primary()
    EmailAddress.objects.filter(user=email_address.user).exclude(pk=email_address.pk).delete()


def share_quotas(request: HttpRequest, user: User, **_signal: Any) -> None:
    """Let a new account share the quotas of its network until its address is confirmed."""
    if EmailAddress.objects.filter(user=user, verified=True).exists():
        return
    user.network = network_of(request.META.get("REMOTE_ADDR") or "unknown")
    user.save(update_fields=["network"])


def give_quotas(email_address: EmailAddress, **_signal: Any) -> None:
    """Give an account quotas of its own once an address of it is confirmed."""
    User.objects.filter(pk=email_address.user_id).update(network="")


def connect() -> None:
    """Lets signals call these functions; for `AppConfig.ready`."""
    email_added.connect(take_unconfirmed)
    user_signed_up.connect(share_quotas)
    email_confirmed.connect(give_quotas)
