"""Commands whose doings are recorded."""

from typing import Any

from django.core.management.base import BaseCommand

from colorweb.audit.records import acting, of_command


class AuditedCommand(BaseCommand):
    """What it does is recorded as done by who runs it."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with acting(of_command()):
            return super().execute(*args, **options)
