"""The columns of rows that one worker at a time works on."""

from typing import Any, ClassVar

from django.db import models


class Leased(models.Model):
    """A row with a lease. A worker holds it until `lease_until`; null: none does."""

    attempt = models.PositiveIntegerField(
        default=0, help_text="Grows with every claim; a worker's writes name it."
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    crash_count = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,  # a process of the version before may still run
        help_text="Workers lost in a row.",
    )

    objects: ClassVar[models.Manager[Any]]

    class Meta:
        abstract = True

    @property
    def crashes(self) -> int:
        """How many workers in a row were lost with it, if the one that holds it is."""
        return self.crash_count + 1
