"""A rendition: a finished job's colors in another format, size or look."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from colorweb.leases.models import Leased
from jobs.models.failure import Failure
from jobs.models.job import EXTENSIONS, Job
from jobs.models.photo import Look, folder_of


class Rendition(Leased, Failure):
    """One file made from a job's source and colors by `jobs.results.renditions`.

    It stays queued while a worker holds it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="renditions")
    format = models.CharField(max_length=10)
    depth = models.PositiveSmallIntegerField(
        default=8,
        db_default=8,  # a process of the version before may still run
        help_text="Bits a channel, 8 or 16.",
    )
    vividness = models.FloatField()
    tones = models.FloatField(default=0.0)
    long_side = models.PositiveIntegerField(help_text="Pixels; 0: as the photo.")
    keep_metadata = models.BooleanField(default=False)

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    file = models.CharField(max_length=200, blank=True, help_text="Storage name, once ready.")
    bytes = models.BigIntegerField(default=0)

    counted_to = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",  # a process of the version before may still run
        help_text="Another visitor who asked for it, as `queue_owner`; empty: the photo's owner.",
    )
    turn = models.PositiveIntegerField(default=0, help_text="How many of its owner's wait before.")

    created_at = models.DateTimeField(auto_now_add=True)
    wanted_at = models.DateTimeField(help_text="Last asked for, to the hour, or failed.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    *("job", "format", "depth", "vividness", "tones", "long_side"),
                    "keep_metadata",
                ],
                name="rendition_of_job",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["turn", "created_at"], name="rendition_queue", condition=Q(state="queued")
            ),
            models.Index(fields=["wanted_at"], name="rendition_wanted"),
            models.Index(
                fields=["counted_to", "bytes"],
                name="rendition_counted",
                condition=~Q(counted_to=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.format} {self.state}"

    @property
    def look(self) -> Look:
        """The look that its file has."""
        return Look(self.vividness, self.tones)

    @classmethod
    def waiting(cls) -> models.QuerySet["Rendition"]:
        """Those that no worker holds, in the order in which they are made."""
        queued = cls.objects.filter(state=cls.State.QUEUED, lease_until=None)
        return queued.order_by("turn", "created_at")

    def name(self, attempt: int) -> str:
        """Storage name of the file that an attempt makes."""
        suffix = EXTENSIONS[self.format]
        return f"{folder_of(self.job.photo_id)}/{self.job_id}-{self.id}-{attempt}.{suffix}"


LONG_SIDES = (4096, 2048, 1024)
"""Smaller sizes that pages offer, pixels."""
