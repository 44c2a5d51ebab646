"""Pages that begin after a row instead of after a number of rows: each costs the same.

Rows come in the order of one column and, where that is equal, of the key. A place in the list is
the pair of both; the next page is what an index finds beyond it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DataError
from django.db.models import Model, Q, QuerySet
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

Row = TypeVar("Row", bound=Model)
FORWARD, BACKWARD = "after", "before"


UNREADABLE = (ValidationError, ValueError, TypeError, OverflowError, DataError)
"""What a place made by hand may cause: its parts are no values of the columns."""


class NoSuchPlace(ValueError):
    """A place that no page gave."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the places of the pages beside them; empty where there are none."""

    rows: Sequence[Row]
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class Paginator(Generic[Row]):
    """Cuts rows into pages of `size`.

    `column` is the field to go by, with `-` for descending; the primary key decides between
    equals, in the same direction. With an index of both a page costs the same at any depth.
    """

    rows: QuerySet[Row]
    column: str
    size: int

    def page(self, place: str = "") -> Page[Row]:
        """The page at `place`, a text that an earlier page gave; empty where nothing is left.

        Raises NoSuchPlace where no page gave it.
        """
        return _page(self.rows, self.column, self.size, place)

    def get_page(self, place: str = "") -> Page[Row]:
        """The same for people: the first page where `place` leads nowhere."""
        try:
            found = self.page(place)
        except NoSuchPlace:
            return self.page()
        return found if found.rows or not place else self.page()


def _page(rows: QuerySet[Row], column: str, size: int, place: str) -> Page[Row]:
    backward, last = _read(place)
    name = column.removeprefix("-")
    falling = column.startswith("-") != backward
    sign = "-" if falling else ""
    rows = rows.order_by(f"{sign}{name}", f"{sign}pk")
    found: list[Row] = []
    for part in _beyond(name, last, falling) if last else [Q()]:
        try:
            found += rows.filter(part)[: size + 1 - len(found)]
        except UNREADABLE as error:
            if not last:
                raise
            raise NoSuchPlace(place) from error
    more = len(found) > size
    found = found[:size]
    if backward:
        found.reverse()
    before = more if backward else last is not None
    after = backward or more
    return Page(
        found,
        _write(BACKWARD, found[0], name) if found and before else "",
        _write(FORWARD, found[-1], name) if found and after else "",
    )


def _beyond(name: str, last: tuple[Any, Any], falling: bool) -> list[Q]:
    """What comes after a row: its equals with a further key, then what differs.

    Two conditions, since with "or" between them all equals would be read to find the further ones.
    """
    value, key = last
    towards = "lt" if falling else "gt"
    return [Q(**{name: value, f"pk__{towards}": key}), Q(**{f"{name}__{towards}": value})]


def _write(direction: str, row: Model, name: str) -> str:
    place = json.dumps([direction, getattr(row, name), row.pk], cls=_Exact)
    return urlsafe_base64_encode(place.encode())


def _read(place: str) -> tuple[bool, tuple[Any, Any] | None]:
    """Whether the page lies before the row, and the row's place; None for the first page."""
    if not place:
        return False, None
    try:
        direction, value, key = json.loads(urlsafe_base64_decode(place))
    except (ValueError, TypeError, RecursionError) as error:
        raise NoSuchPlace(place) from error
    if direction not in (FORWARD, BACKWARD) or not isinstance(key, str | int):
        raise NoSuchPlace(place)
    return direction == BACKWARD, (value, key)


class _Exact(DjangoJSONEncoder):
    """Moments with all six digits, or rows of one millisecond would come twice."""

    def default(self, value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else super().default(value)
