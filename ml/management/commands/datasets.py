"""``manage.py datasets``: photos to train on, for a machine without a browser."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandError

from colorweb.audit.commands import AuditedCommand
from colorweb.errors import DomainError
from ml.datasets import check, manage
from ml.datasets.find import find
from ml.datasets.pictures import PROBLEMS
from ml.models import DataSet
from ml.resnet_gray.progress import bar

POLL_EVERY = 0.5  # seconds
Kind, State = DataSet.Kind, DataSet.State


class Command(AuditedCommand):
    help = "Lists, adds, checks and deletes the data sets that networks are trained on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="all of them, the newest first")
        show = actions.add_parser("show", help="what the last check found, as JSON")
        add = actions.add_parser("add", help="adds one and has it checked")
        add.add_argument("name", help="what to call it")
        source = add.add_mutually_exclusive_group(required=True)
        source.add_argument("--archive", type=Path, metavar="FILE", help="a zip or tar of photos")
        source.add_argument("--path", help="a folder, tar or glob inside DATA_ROOTS")
        source.add_argument("--places365", metavar="PATH", help="a root of Places365")
        source.add_argument(
            "--consented", action="store_true", help="photos of people who allowed it"
        )
        check_ = actions.add_parser("check", help="checks one again")
        delete = actions.add_parser("delete", help="deletes one; photos on the server stay")
        for one in (show, check_, delete):
            one.add_argument("name", help="its name, or how its id begins")
        for one in (add, check_):
            one.add_argument(
                "--here", action="store_true", help="check in this process, not in a worker"
            )

    def handle(self, *_: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error

    def _list(self, **_: Any) -> None:
        for found in DataSet.objects.all():
            print(
                f"{str(found.pk)[:8]}  {found.state:8}  {found.training:7} + {found.validation:<5}"
                f"  {found.kind:9}  {found.name}"
            )

    def _show(self, name: str, **_: Any) -> None:
        found = find(name)
        print(json.dumps({"fingerprint": found.fingerprint, **found.report}, indent=2))

    def _add(
        self,
        name: str,
        archive: Path | None,
        path: str,
        places365: str,
        here: bool,
        **_: Any,
    ) -> None:
        if archive:
            with archive.open("rb") as file:
                data_set = manage.add(Kind.UPLOAD, name, file=File(file, archive.name))
        elif path:
            data_set = manage.add(Kind.FOLDER, name, path=path)
        elif places365:
            data_set = manage.add(Kind.PLACES365, name, path=places365)
        else:
            data_set = manage.add(Kind.CONSENTED, name)
        self._follow(data_set, here)

    def _check(self, name: str, here: bool, **_: Any) -> None:
        data_set = find(name)
        manage.recheck(data_set)
        self._follow(data_set, here)

    def _delete(self, name: str, **_: Any) -> None:
        manage.delete(find(name))

    def _follow(self, data_set: DataSet, here: bool) -> None:
        """Waits for the check and prints what it has found."""
        if here:
            check.work()
        with bar(
            total=1.0, desc="checking", bar_format="{desc} {percentage:3.0f}%|{bar}|"
        ) as shown:
            drawn = 0.0
            data_set.refresh_from_db()
            while data_set.state in (State.QUEUED, State.CHECKING):
                time.sleep(POLL_EVERY)
                data_set.refresh_from_db()
                shown.update(data_set.progress - drawn)
                drawn = data_set.progress
        if data_set.state == State.FAILED:
            raise CommandError(data_set.error_message)
        report = data_set.report
        left_out = ", ".join(f"{report[kind]} {kind}" for kind in PROBLEMS if report[kind])
        print(
            f"{data_set.name}: {data_set.training} photos to train on, "
            f"{data_set.validation} held out" + (f"; left out: {left_out}" if left_out else "")
        )
