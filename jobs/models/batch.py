"""A batch: photos that were sent together."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from colorweb import clock, errors
from colorweb.leases.models import Leased


class Batch(Leased):
    """Photos sent together, in parts or in a zip; `jobs.photos.batches` makes them jobs."""

    class State(models.TextChoices):
        UNPACKING = "unpacking", _("being unpacked")
        UNPACKED = "unpacked", _("unpacked")
        CANCELED = "canceled", _("canceled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="batches"
    )
    guest = models.CharField(max_length=32, blank=True, help_text="The guest's key, hex.")
    queue_owner = models.CharField(max_length=64)
    options = models.JSONField(default=dict, help_text="For each of its photos.")
    reference = models.CharField(max_length=200, blank=True, help_text="Its sender's own.")
    metadata = models.JSONField(default=dict, blank=True, help_text="Its sender's own.")
    language = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",  # a process of the version before may still run
        help_text="The first that its sender reads, such as ru: names in zips follow it.",
    )
    public = models.BooleanField(default=False, help_text="Each is published once it is colored.")

    state = models.CharField(max_length=10, choices=State.choices, default=State.UNPACKED)
    archive = models.CharField(
        max_length=99, blank=True, help_text="Storage name, while it is here."
    )
    name = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="Of a file of pages."
    )
    pages = models.JSONField(
        null=True, blank=True, help_text="Pages of the archive, each a photo; null: it is a zip."
    )
    entries = models.PositiveIntegerField(default=0, help_text="Photos it should have.")
    unpacked = models.PositiveIntegerField(default=0, help_text="So many of them are dealt with.")
    crash_count = models.PositiveSmallIntegerField(
        default=0, help_text="Workers lost in a row, at the entry that is next."
    )
    due_at = models.DateTimeField(null=True, blank=True, help_text="Its turn; null: it had none.")
    refused = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list, help_text="What was wrong with the first of those.")
    created_at = models.DateTimeField(default=clock.now, editable=False, db_index=True)
    finished_at = models.DateTimeField(
        null=True, blank=True, help_text="When nothing of it waited or ran any more."
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"],
                name="batch_unfinished",
                condition=Q(finished_at__isnull=True),
            ),
            models.Index(fields=["due_at"], name="batch_unpacking", condition=Q(state="unpacking")),
        ]

    def __str__(self) -> str:
        return f"{self.entries} photos, {self.state}"

    @property
    def refusals(self) -> list[dict[str, Any]]:
        """What was wrong with the first refused files, in the reader's language."""
        return [
            {
                "name": error["name"],
                "index": error.get("index"),  # not kept before version 0.2
                "code": errors.plain(error["code"]),
                "message": errors.message_of(error),
            }
            for error in self.errors
        ]
