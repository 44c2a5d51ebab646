"""Put a backup in the place of what there is."""

from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from colorweb.backup import BackupError
from colorweb.backup.restore import restore
from colorweb.storage.s3 import S3Error


class Command(BaseCommand):
    help = "Put what `backup` has saved into an empty site, or with --replace into any."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, metavar="FILE", help="what backup has made")
        parser.add_argument(
            "--replace", action="store_true", help="delete what is here, where something is"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0)
            if hasattr(default_storage, "make_bucket"):
                default_storage.make_bucket()
            restore(options["source"], replace=options["replace"])
        except (BackupError, DatabaseError, OSError, *S3Error) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Restored. Start the site with the SECRET_KEY it had.")
