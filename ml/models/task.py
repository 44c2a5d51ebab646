"""What the rows share that staff queue and one worker at a time works on."""

import uuid

from django.db import models

from colorweb.leases.models import Leased


class Task(Leased):
    """A check, a run or an evaluation: its state, and the workers it had."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10)
    worker = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True
