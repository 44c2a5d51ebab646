"""What rows share that one process at a time works on."""

import uuid
from typing import Any, ClassVar

from django.db import models


class Leased(models.Model):
    """Who works on the row and until when; every write of a worker names its attempt."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10)
    sequence = models.PositiveIntegerField(default=0, help_text="Grows with every change.")
    attempt = models.PositiveIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0, help_text="Workers lost in a row.")
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Any]]

    class Meta:
        abstract = True
