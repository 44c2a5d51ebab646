"""Save database and files to one file, while the site runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from colorweb.backup import BackupError
from colorweb.backup.save import backup
from colorweb.storage.s3 import S3Error


class Command(BaseCommand):
    help = "Save database and files to one file, while the site runs. SECRET_KEY is not in it."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "target", type=Path, metavar="DIR|FILE", help="a new file, or a folder for it"
        )
        parser.add_argument(
            "--increment",
            action="store_true",
            help="only files that are new since the newest backup in that folder",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            made = backup(options["target"], increment=options["increment"])
        except (BackupError, DatabaseError, OSError, *S3Error) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made} ({made.stat().st_size / 1e6:.1f} MB)")
