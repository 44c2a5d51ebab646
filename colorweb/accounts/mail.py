"""Mail goes through rows, so that a mail server that is unavailable keeps nobody waiting.

Whoever sends mail writes a row, in its own transaction; a worker sends what is due. Rows hold links
that open accounts: they are encrypted, and deleted once they are sent.
"""

import json
import logging
import smtplib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from colorweb import clock, leases
from colorweb.accounts import encryption
from colorweb.accounts.models import Mail
from colorweb.health.metrics import Gauge
from colorweb.leases.wakeups import Wakeup

log = logging.getLogger(__name__)

SEND = Wakeup("colorweb.accounts.tasks.send_mail")
PURPOSE = "colorweb.mail"
LEASE = timedelta(minutes=2)
"""Longer than one mail takes."""
UNAVAILABLE = timedelta(seconds=15)
"""Until the next try, where the mail server does not answer."""
DELAYS = (30, 120, 600, 1800, 3600)
"""Seconds after each time that a server puts one mail off; then the last of them again."""
GIVE_UP = timedelta(days=2)
LATE = timedelta(seconds=15)
"""For a mail to be sent; after that the server, or what sends, is missing."""
SHIFT = 100
"""Mails after which a sender lets another task of its queue run."""


class Outbox(BaseEmailBackend):
    """Django's way of sending mail: as rows."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write a row for each; how many."""
        with transaction.atomic():
            for message in email_messages:
                Mail.objects.create(content=encryption.encrypt(_dump(message), PURPOSE))
            transaction.on_commit(SEND.publish)
        return len(email_messages)


def send_due() -> int:
    """Send what is due, one after another; how many were sent. One process at a time does it."""
    leases.requeue(Mail.objects.all())
    if Mail.objects.filter(lease_until__isnull=False).exists():
        return 0
    sent = 0
    with suppress(_Unavailable):
        while sent < SHIFT and (mail := leases.claim_one(_due(), lease=LEASE)):
            sent += _send(mail)
    return sent


def problem() -> str:
    """What is wrong with sending, for `/readyz`; mail that a server has put off is not."""
    late = Mail.objects.filter(failures=0, created_at__lt=Now() - LATE)
    return "waiting" if late.exists() else ""


def sweep() -> int:
    """Delete mail that no server took for days; how many."""
    gone = Mail.objects.filter(created_at__lt=clock.before(GIVE_UP)).delete()[0]
    if gone:
        log.error("%s mails were given up after %s.", gone, GIVE_UP)
    return gone


def rotate() -> Iterator[bool]:
    """Encrypt what waits with today's key; yields for each whether it could be read."""
    for mail in Mail.objects.iterator():
        yield encryption.rotate(mail, "content", PURPOSE)


class _Unavailable(Exception):
    """The mail server does not answer: no other mail is worth trying."""


def _due() -> Any:
    return Mail.objects.filter(due_at__lte=Now()).order_by("due_at", "pk")


def _send(mail: Mail) -> bool:
    """Send a claimed mail; whether the server took it. Raises _Unavailable."""
    try:
        message = _load(encryption.decrypt(mail.content, PURPOSE))
        message.connection = get_connection(settings.MAIL_BACKEND)
        message.send()
    except (InvalidToken, smtplib.SMTPException, OSError, ValueError) as error:
        _put_off(mail, error)
        return False
    leases.held(mail).delete()
    return True


def _put_off(mail: Mail, error: Exception) -> None:
    """Decide from the error when the mail is tried again, if ever."""
    code = _code(error)
    if isinstance(error, (InvalidToken, ValueError)) or code >= 500:
        log.error("Mail %s cannot be sent, and is deleted: %s", mail.pk, error)
        leases.held(mail).delete()
        return
    log.warning("Mail %s was not sent; it is tried again: %s", mail.pk, error)
    if code:
        delay = timedelta(seconds=DELAYS[min(mail.failures, len(DELAYS) - 1)])
        leases.release(mail, due_at=Now() + delay, failures=F("failures") + 1)
        return
    leases.release(mail)
    _due().update(due_at=Now() + UNAVAILABLE)
    raise _Unavailable from error


def _code(error: Exception) -> int:
    """What the server said of this mail alone; 0 if it did not answer, or refuses us."""
    match error:
        case smtplib.SMTPAuthenticationError() | smtplib.SMTPConnectError():
            return 0
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            return max(code for code, _text in refused.values())
        case smtplib.SMTPResponseException(smtp_code=code):
            return code
        case _:
            return 0


def _dump(message: EmailMessage) -> str:
    """The message as JSON, with the id that it keeps through all tries."""
    message_id = make_msgid(domain=urlsplit(settings.SITE_URL).hostname)
    alternatives = [tuple(each) for each in getattr(message, "alternatives", [])]
    return json.dumps(
        {
            "subject": str(message.subject),
            "body": str(message.body),
            "from_email": message.from_email,
            **{name: list(getattr(message, name)) for name in ("to", "cc", "bcc", "reply_to")},
            "headers": {"Message-ID": message_id, **message.extra_headers},
            "alternatives": alternatives,
        }
    )


def _load(content: str) -> EmailMultiAlternatives:
    return EmailMultiAlternatives(**json.loads(content))


def _waiting() -> dict[str, float]:
    return {"waiting": Mail.objects.count()}


GAUGE = Gauge("colorweb_mails", "Mails that wait to be sent", "state", _waiting)
