"""The state of the queue as a whole."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Queue(models.Model):
    """The queue's only row: the last turn that was served, and whether the queue is paused."""

    served_turn = models.BigIntegerField(default=0)
    paused = models.BooleanField(default=False)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        permissions: ClassVar = [("manage_queue", "Can pause the queue and retry failed photos")]

    def __str__(self) -> str:
        return f"turn {self.served_turn}{' (paused)' if self.paused else ''}"


class Usage(models.Model):
    """How many photos an owner queued in ten minutes; `jobs.queue.usage` counts.

    It remains when the photos are deleted.
    """

    owner = models.CharField(max_length=64, help_text="A job's `queue_owner`.")
    since = models.DateTimeField()
    photos = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "since"], name="usage_of_owner")
        ]
        indexes: ClassVar = [models.Index(fields=["since"], name="usage_age")]

    def __str__(self) -> str:
        return f"{self.owner}: {self.photos}"
