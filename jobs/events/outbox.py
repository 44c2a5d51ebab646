"""Events become rows, one for each receiver, in the transaction in which they happen.

So no event is lost between the commit and the sending, and none is sent that was rolled back.
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from colorweb.leases.wakeups import Wakeup
from colorweb.prepared import Prepared
from jobs.models import (
    TEST,
    Archive,
    Batch,
    Event,
    Job,
    State,
    WebhookDelivery,
    WebhookEndpoint,
)
from ml.models import TrainingRun
from ml.permissions import VIEW_RUNS

SEND = Wakeup("jobs.tasks.send_webhooks")
ENDS = {
    State.SUCCEEDED: Event.SUCCEEDED,
    State.FAILED: Event.FAILED,
    State.CANCELED: Event.CANCELED,
}


def record_end(job_id: uuid.UUID, state: str) -> None:
    """Record that a job has ended, for everybody who subscribed to it."""
    owner, url = _heard(job_id)
    receivers: list[WebhookEndpoint | None] = [None] if url else []
    _record(ENDS[State(state)], owner, receivers, job_id=job_id)


def record_start(job_id: uuid.UUID) -> None:
    """Record that a worker has begun with a job, which comes to its first stage by that."""
    _record(Event.STARTED, _heard(job_id)[0], job_id=job_id)
    record_progress(job_id)


def record_progress(job_id: uuid.UUID) -> None:
    """Record that a job has come to another stage. Late it would say nothing: it is sent once."""
    failures = len(settings.WEBHOOK_SCHEDULE)
    _record(Event.PROGRESSED, _heard(job_id)[0], job_id=job_id, failures=failures)


def record_batch(batch: Batch) -> None:
    """Record that nothing of a batch waits or runs any more."""
    _record(Event.BATCH_FINISHED, batch.owner_id, batch=batch)


def record_archive(archive: Archive) -> None:
    """Record that a zip can be fetched."""
    _record(Event.ARCHIVE_READY, archive.owner_id, archive=archive)


def record_run(run: TrainingRun) -> None:
    """Record that a training has ended, for who started it, if they may still look at it."""
    if run.created_by and run.created_by.is_active and run.created_by.has_perm(VIEW_RUNS):
        _record(Event.RUN_ENDED, run.created_by_id, run=run)


def _heard(job_id: uuid.UUID) -> tuple[int | None, str]:
    """The owner of a job's photo, and the address that is called at its end."""
    [found] = _owner_and_url(job_id=job_id)
    return found


_owner_and_url: Prepared[tuple[int | None, str]] = Prepared(
    lambda job_id: Job.objects.filter(pk=job_id).values_list("photo__owner", "webhook_url"),
    job_id=uuid.UUID,
)


def _record(
    event: str,
    owner_id: int | None,
    others: Iterable[WebhookEndpoint | None] = (),
    **columns: Any,
) -> None:
    """A delivery for each of the owner's endpoints that want the event, and for `others`."""
    receivers = list(others)
    if owner_id:
        endpoints = WebhookEndpoint.objects.filter(owner=owner_id)
        receivers += [endpoint for endpoint in endpoints if event in endpoint.events]
    if not receivers:
        return
    now, states = timezone.now(), WebhookDelivery.State
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            endpoint=endpoint,
            event=event,
            state=states.HELD if endpoint and endpoint.paused_at else states.PENDING,
            due_at=now,
            **columns,
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
