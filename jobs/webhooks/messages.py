"""What a receiver gets: the job, batch, zip or run as it is now, signed again for each attempt."""

import base64
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac
from standardwebhooks import Webhook

from colorweb.accounts.visitors import Visitor
from colorweb.dates import iso
from jobs.models import WebhookDelivery
from jobs.serializers.batches import ArchiveSerializer, BatchSerializer
from jobs.serializers.jobs import JobSerializer
from jobs.webhooks import endpoints
from ml.training.serializers import TrainingRunSerializer


def body(delivery: WebhookDelivery) -> bytes:
    """`{type, timestamp, data}`; `data` is as in the API."""
    message = {
        "type": delivery.event,
        "timestamp": iso(delivery.created_at),
        "data": _data(delivery),
    }
    return json.dumps(message, separators=(",", ":")).encode()


def _data(delivery: WebhookDelivery) -> dict[str, Any]:
    context: dict[str, Any] = {"host": urlsplit(settings.SITE_URL).netloc}
    if delivery.job:
        return JobSerializer(delivery.job, context=context).data
    if delivery.batch:
        context["visitor"] = Visitor(user=delivery.batch.owner, guest="", address="")
        return BatchSerializer(delivery.batch, context=context).data
    if delivery.archive:
        return ArchiveSerializer(delivery.archive, context=context).data
    if delivery.run:
        return TrainingRunSerializer(delivery.run).data
    return {"webhook": str(delivery.endpoint_id)}


def headers(delivery: WebhookDelivery, content: bytes, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks: the id stays the same however often it is sent."""
    if delivery.endpoint:
        secrets = endpoints.secrets_of(delivery.endpoint)
    elif delivery.job:
        secrets = secrets_of_visitor(delivery.job.photo.visitor_key)
    signatures = [
        Webhook(secret).sign(str(delivery.pk), now, content.decode()) for secret in secrets
    ]
    return {
        "Content-Type": "application/json",
        "webhook-id": str(delivery.pk),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def secrets_of_visitor(key: str) -> list[str]:
    """What signs for the addresses that come with single jobs; the first is the one to tell.

    Made from the site's key and the visitor's, so that guests have one too; it changes when the
    site's key does, and while that has fallbacks, these sign as well.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac(endpoints.PURPOSE, key, secret, algorithm="sha256") for secret in keys]
    return [endpoints.PREFIX + base64.b64encode(made.digest()).decode() for made in digests]
