"""``manage.py actions``: the account of actions, without a browser."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from colorweb.audit import search


class Command(BaseCommand):
    help = "Prints what was done: by whom, by which way, what was before and after."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("words", nargs="*", help="only actions with all these words [all]")
        parser.add_argument("--limit", type=int, default=50, help="the newest so many [50]")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="all, a line of JSON for each")
        form.add_argument("--csv", action="store_true", help="all, as a table")

    def handle(self, *_: Any, words: list[str], limit: int, **options: Any) -> None:
        found = search.find(" ".join(words))
        if options["csv"]:
            sys.stdout.writelines(search.as_csv(found))
        elif options["json"]:
            for action in found.iterator():
                self.stdout.write(json.dumps(search.as_dict(action), ensure_ascii=False))
        else:
            for action in found[:limit]:
                who = action.who or action.get_via_display()
                self.stdout.write(
                    f"{action.at:%Y-%m-%d %H:%M}  {who:24}  {action.what:24}  {action.target}"
                )
