"""An archive: many photos' colors in one zip, made by a worker and kept for a day."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from colorweb.leases.models import Leased
from jobs.models.photo import Photo


class Archive(Leased):
    """A zip that a visitor requested. `jobs.results.archives` makes it and deletes it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)
    guest = models.CharField(max_length=32, blank=True, help_text="The guest's key, hex.")
    reference = models.CharField(max_length=200, blank=True, help_text="Its owner's own.")
    metadata = models.JSONField(default=dict, blank=True, help_text="Its owner's own.")
    photos = models.ManyToManyField(Photo, related_name="archives")

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0, help_text="Photos that are in it.")
    total = models.PositiveIntegerField(help_text="Photos that will be in it.")

    file = models.CharField(max_length=200, blank=True, help_text="Storage name.")
    bytes = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"],
                name="archive_unfinished",
                condition=Q(state__in=["queued", "running"]),
            ),
            models.Index(fields=["guest"], name="archive_of_guest", condition=~Q(guest="")),
        ]

    def __str__(self) -> str:
        return f"{self.total} photos, {self.state}"
