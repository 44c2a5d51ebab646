"""``manage.py queue``: what the console's first page shows and does, without a browser."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

from colorweb.audit.commands import AuditedCommand
from jobs.photos import consistency
from jobs.queue import control, retries, status
from jobs.serializers.queue import QueueStatusSerializer


class Command(AuditedCommand):
    help = "Shows the status of the queue, pauses it, and puts failed photos back into it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        shown = actions.add_parser("status", help="the status of queue and workers")
        shown.add_argument("--json", action="store_true", help="one JSON object on stdout")
        actions.add_parser("pause", help="take nothing more from the queue; uploads go on waiting")
        actions.add_parser("resume", help="go on")
        actions.add_parser("retry-failed", help="queue again what failed for our reasons in a day")
        actions.add_parser("check", help="compare files and rows, here and now")

    def handle(self, *_: Any, action: str, **options: Any) -> str:
        match action:
            case "pause":
                control.pause()
                return "The queue is paused."
            case "resume":
                control.resume()
                return "The queue has resumed."
            case "retry-failed":
                return f"{retries.retry_lately()} photos are in the queue again."
            case "check":
                return self.check_files()
            case _:
                figures = QueueStatusSerializer(status.status()).data
                return json.dumps(figures) if options["json"] else lines(figures)

    def check_files(self) -> str:
        """Raises CommandError if files and rows do not agree."""
        with tqdm(total=1.0, desc="checking", bar_format="{desc} {percentage:3.0f}%|{bar}|") as bar:
            findings = consistency.look(lambda done: bar.update(done - bar.n))
        for kind, names in findings.named.items():
            for name in names:
                self.stderr.write(f"{kind}: {name}")
        if findings.missing or findings.unknown:
            raise CommandError(
                f"{findings.missing} files are missing, {findings.unknown} belong to no photo."
            )
        return f"{findings.photos} photos with {findings.files} files: all agreed."


def lines(figures: dict[str, Any]) -> str:
    """The figures for people."""
    now, hour, day = figures["queue"], figures["last_hour"], figures["last_day"]
    oldest = f", the longest for {now['oldest_seconds']:.0f} s" if now["waiting"] else ""
    return "\n".join(
        [
            f"queue      {'paused' if now['paused'] else 'open'}",
            f"waiting    {now['waiting']}{oldest}",
            f"running    {now['running']}",
            f"in service {figures['model']['name']}@{figures['model']['version']}",
            *(
                f"worker     {w['name']} {w['device']} {w['model']}@{w['version']} {w['problem']}"
                for w in figures["workers"]
            ),
            f"last hour  {hour['succeeded']} colored, {hour['failed']} failed",
            f"last day   {day['succeeded']} colored, {day['failed']} failed",
        ]
    )
