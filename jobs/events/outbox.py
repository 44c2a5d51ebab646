"""Events become rows, one for each receiver, in the transaction in which they happen.

So no event is lost between the commit and the sending, and none is sent that was rolled back.
"""

import uuid

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from colorweb.leases.wakeups import Wakeup
from jobs.models import TEST, Event, Job, State, WebhookDelivery, WebhookEndpoint

SEND = Wakeup("jobs.tasks.send_webhooks")
EVENTS = {
    State.SUCCEEDED: Event.SUCCEEDED,
    State.FAILED: Event.FAILED,
    State.CANCELED: Event.CANCELED,
}


def record(job_id: uuid.UUID, state: str) -> None:
    """Record that a job has ended, for everybody who subscribed to it."""
    event = EVENTS[State(state)]
    job = Job.objects.filter(pk=job_id).values("photo__owner", "webhook_url").get()
    receivers: list[WebhookEndpoint | None] = [None] if job["webhook_url"] else []
    if job["photo__owner"]:
        endpoints = WebhookEndpoint.objects.filter(owner=job["photo__owner"])
        receivers += [endpoint for endpoint in endpoints if event in endpoint.events]
    if not receivers:
        return
    now, states = timezone.now(), WebhookDelivery.State
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            endpoint=endpoint,
            job_id=job_id,
            event=event,
            state=states.HELD if endpoint and endpoint.paused_at else states.PENDING,
            due_at=now,
        )
        for endpoint in receivers
    )
    transaction.on_commit(SEND.publish)


def try_out(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Send an endpoint a test, at once and only once; a paused one has it when it is resumed."""
    states = WebhookDelivery.State
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(backoff_until=None)
        delivery = WebhookDelivery.objects.create(
            endpoint=endpoint,
            event=TEST,
            state=states.HELD if endpoint.paused_at else states.PENDING,
            failures=len(settings.WEBHOOK_SCHEDULE),  # no more tries are left to it
            due_at=timezone.now(),
        )
        transaction.on_commit(SEND.publish)
    endpoint.refresh_from_db()
    return delivery
