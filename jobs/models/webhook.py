"""Webhooks: an account's endpoints, and the deliveries to them."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from colorweb import clock
from colorweb.leases.models import Leased
from jobs.models.archive import Archive
from jobs.models.batch import Batch
from jobs.models.job import Job


class Event(models.TextChoices):
    SUCCEEDED = "job.succeeded", _("colored")
    FAILED = "job.failed", _("failed")
    CANCELED = "job.canceled", _("canceled")
    BATCH_FINISHED = "batch.finished", _("batch finished")
    ARCHIVE_READY = "archive.ready", _("zip ready")
    STARTED = "job.started", _("started")
    PROGRESSED = "job.progressed", _("under way")
    RUN_ENDED = "run.ended", _("training ended")


BY_CHOICE = (Event.STARTED, Event.PROGRESSED, Event.RUN_ENDED)
USUAL = tuple(event for event in Event.values if event not in BY_CHOICE)
"""What an endpoint gets that asks for nothing else."""

TEST = "webhook.test"
"""The event of a test delivery; endpoints need not subscribe to it."""


class WebhookEndpoint(models.Model):
    """An address that receives the events of an account's jobs (`jobs.webhooks`)."""

    class PauseReason(models.TextChoices):
        """Its owner did it, it failed for days, or it answered 410."""

        ASKED = "asked"
        FAILING = "failing"
        GONE = "gone"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=2000)
    events = models.JSONField(default=list)
    secret = models.TextField(help_text="Encrypted with the site's key.")
    old_secret = models.TextField(blank=True, help_text="Signs too, until it ends.")
    old_secret_ends = models.DateTimeField(null=True, blank=True)

    failures = models.PositiveIntegerField(default=0, help_text="In a row, up to now.")
    failing_since = models.DateTimeField(null=True, blank=True)
    backoff_until = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(Leased):
    """One event for one receiver: an account's endpoint, or the address that came with a job.

    It is about a job, a batch, a zip or a training run, or of none of them a test; only what is
    about a job can have no endpoint.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        HELD = "held", _("held while the endpoint is paused")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    job = models.ForeignKey(Job, models.CASCADE, null=True, blank=True, related_name="deliveries")
    batch = models.ForeignKey(Batch, models.CASCADE, null=True, blank=True)
    archive = models.ForeignKey(Archive, models.CASCADE, null=True, blank=True)
    run = models.ForeignKey("ml.TrainingRun", models.CASCADE, null=True, blank=True)
    event = models.CharField(max_length=20, choices=[*Event.choices, (TEST, _("a test"))])
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Since it was last asked for.")
    attempts = models.JSONField(default=list, help_text="The latest tries and how they ended.")
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="webhook_due", condition=Q(state="pending")),
            models.Index(fields=["endpoint", "-created_at"], name="webhook_log"),
            models.Index(fields=["created_at"], name="webhook_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} of {self.job_id or self.endpoint_id}"

    @property
    def url(self) -> str:
        """Where it goes."""
        if self.endpoint:
            return self.endpoint.url
        return self.job.webhook_url if self.job else ""

    @property
    def next_try_at(self) -> datetime | None:
        """When it is sent next: not during its endpoint's backoff; None if it is not to be."""
        if self.state != self.State.PENDING:
            return None
        backoff_until = self.endpoint.backoff_until if self.endpoint else None
        return max(self.due_at, backoff_until or self.due_at)
