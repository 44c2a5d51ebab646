"""``manage.py mends``: what people mended and let us learn from, for `evaluate --mends`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from jobs.photos import mends


class Command(BaseCommand):
    help = "Writes the mended photos whose owners allow it, with their points, into a tar."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("output", type=Path, metavar="TAR", help="the file to write")

    def handle(self, *_: Any, output: Path, **_options: Any) -> str:
        count = mends.allowed().count()
        try:
            with tqdm(total=count, desc="mended photos", unit="photo") as bar:
                unread = mends.write(output, bar.update)
        except OSError as error:
            raise CommandError(f"{output} could not be written: {error.strerror}.") from error
        for photo in unread:
            self.stderr.write(f"{photo}: the file could not be read")
        return f"{count - len(unread)} mended photos in {output}."
