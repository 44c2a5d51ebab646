"""A request that is sent twice is executed once."""

from typing import ClassVar

from django.db import models

from colorweb import clock
from jobs.models.archive import Archive
from jobs.models.batch import Batch
from jobs.models.job import Job


class IdempotencyKey(models.Model):
    """A visitor's name for a request, and the one thing it made (`jobs.photos.idempotency`)."""

    owner = models.CharField(max_length=64, help_text="The visitor's key.")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="What the request asked for.")
    job = models.ForeignKey(Job, models.CASCADE, null=True)
    batch = models.ForeignKey(Batch, models.CASCADE, null=True)
    archive = models.ForeignKey(Archive, models.CASCADE, null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_of_owner")
        ]

    def __str__(self) -> str:
        return self.key
