"""Finding actions, and writing them out."""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from colorweb.audit.models import Action

COLUMNS = ("at", "via", "who", "what", "target", "target_id", "before", "after")
SEARCHED = ("who", "what", "target", "target_id", "before", "after")
CHUNK = 1000


def find(text: str = "") -> QuerySet[Action]:
    """Those that have all words of a text somewhere, the newest first."""
    found = Action.objects.all()
    for word in text.split():
        any_column = Q()
        for column in SEARCHED:
            any_column |= Q(**{f"{column}__icontains": word})
        found = found.filter(any_column)
    return found


def as_dict(action: Action) -> dict[str, Any]:
    """One as programs read it."""
    return {name: getattr(action, name) for name in COLUMNS} | {"at": action.at.isoformat()}


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(actions: QuerySet[Action]) -> Iterator[str]:
    """The lines of a table, with a line of names first."""
    writer: Any = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for action in actions.iterator(CHUNK):
        yield writer.writerow(map(_cell, _values(action)))


def _values(action: Action) -> Iterable[Any]:
    return as_dict(action).values()


def _cell(value: Any) -> str:
    """Text for a spreadsheet, which must take none for a formula."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
