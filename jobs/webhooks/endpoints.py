"""The addresses an account wants messages at: made, changed, paused, given new secrets."""

import base64
import secrets
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from colorweb.accounts import encryption
from colorweb.accounts.models import User
from colorweb.errors import DomainError
from jobs.events.outbox import SEND
from jobs.models import WebhookDelivery, WebhookEndpoint

MAX_ENDPOINTS = 20
OLD_SECRET_SIGNS = timedelta(hours=24)
PURPOSE = "colorweb.webhooks"
PREFIX = "whsec_"


def create(owner: User, url: str, events: Collection[str]) -> tuple[WebhookEndpoint, str]:
    """Make an endpoint; the row, and the secret that is not shown again. Raises DomainError."""
    if owner.webhooks.count() >= MAX_ENDPOINTS:
        raise DomainError("too_many_endpoints")
    secret = new_secret()
    endpoint = WebhookEndpoint.objects.create(
        owner=owner, url=url, events=sorted(set(events)), secret=encryption.encrypt(secret, PURPOSE)
    )
    return endpoint, secret


def change(endpoint: WebhookEndpoint, **changes: Any) -> None:
    """Give an endpoint another `url` or other `events`."""
    if "events" in changes:
        changes["events"] = sorted(set(changes["events"]))
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**changes)


def rotate(endpoint: WebhookEndpoint) -> str:
    """Give an endpoint a new secret; for a day the old one signs too."""
    secret = new_secret()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        old_secret=F("secret"),
        old_secret_ends=timezone.now() + OLD_SECRET_SIGNS,
        secret=encryption.encrypt(secret, PURPOSE),
    )
    endpoint.refresh_from_db()
    return secret


def pause(endpoint: WebhookEndpoint, reason: str) -> None:
    """Send nothing more until somebody resumes it; events until then are held."""
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk, paused_at=None).update(
            paused_at=Now(), pause_reason=reason
        )
        endpoint.deliveries.filter(state=WebhookDelivery.State.PENDING).update(
            state=WebhookDelivery.State.HELD
        )
    endpoint.refresh_from_db()


def resume(endpoint: WebhookEndpoint) -> None:
    """Forget its failures, and send what was held."""
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
            paused_at=None, pause_reason="", failures=0, failing_since=None, backoff_until=None
        )
        endpoint.deliveries.filter(state=WebhookDelivery.State.HELD).update(
            state=WebhookDelivery.State.PENDING, due_at=Now()
        )
        transaction.on_commit(SEND.publish)
    endpoint.refresh_from_db()


def secrets_of(endpoint: WebhookEndpoint) -> list[str]:
    """Those that sign now: the secret, and the one before it while that is still good."""
    found = [endpoint.secret]
    if endpoint.old_secret_ends and endpoint.old_secret_ends > timezone.now():
        found.append(endpoint.old_secret)
    return [encryption.decrypt(secret, PURPOSE) for secret in found]


def rotate_secrets() -> Iterator[bool]:
    """Encrypt all with today's key of the site; yields for each whether it could be read."""
    for endpoint in WebhookEndpoint.objects.iterator():
        yield encryption.rotate(endpoint, "secret", PURPOSE)
        if endpoint.old_secret_ends and endpoint.old_secret_ends > timezone.now():
            yield encryption.rotate(endpoint, "old_secret", PURPOSE)


def new_secret() -> str:
    """256 random bits, as Standard Webhooks writes them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
