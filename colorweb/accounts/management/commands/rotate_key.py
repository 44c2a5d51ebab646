"""Make SECRET_KEY the key of this database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from colorweb import machines
from colorweb.accounts import site_key


class Command(BaseCommand):
    help = "Encrypt all secrets with SECRET_KEY, once the key before it is in SECRET_KEY_FALLBACKS."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lost", action="store_true", help="go on without secrets that no key here opens"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        machines.check_or_exit("rotate_key")  # a key that this machine made is not the site's
        try:
            readable, unreadable = site_key.rotate(lost=options["lost"])
        except (site_key.KeyMissing, DatabaseError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Encrypted {readable} secrets with SECRET_KEY; {unreadable} cannot be read."
        )
