"""Queries whose SQL is made once: Django takes ten times as long to make it as SQLite to answer.

For those that a request, a claim or a stage always asks; all others are written the usual way.
"""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BigIntegerField, Func, QuerySet
from django.db.models.expressions import Star
from django.db.models.query import get_related_populators

Row = TypeVar("Row")
Number = QuerySet[Any, tuple[int | None]]
STAND_INS: dict[type, Callable[[int], Any]] = {
    uuid.UUID: lambda _n: uuid.uuid4(),
    str: lambda _n: uuid.uuid4().hex,
    int: lambda n: 32_001 + n,  # of columns the smallest holds it
    datetime: lambda n: datetime(1901, 2, 3, 4, 5, 6, 700 + n, UTC),
}


class Prepared(Generic[Row]):
    """A query set with gaps for values of the given types, in each thread made once.

    `make` is called with stand-ins, and must use each as it is: the SQL has to have it among its
    parameters. The query set is of models, related ones too, or a `values_list` of tuples.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Row]], **types: type) -> None:
        self._make, self._types = make, types
        self._made = threading.local()

    def __call__(self, **values: Any) -> list[Row]:
        """The rows for these values."""
        made: _Made | None = getattr(self._made, "value", None)
        if made is None or made.connection is not connections[DEFAULT_DB_ALIAS]:
            stand_ins = {
                name: STAND_INS[kind](number)
                for number, (name, kind) in enumerate(self._types.items())
            }
            made = self._made.value = _Made(self._make(**stand_ins), stand_ins)
        # Django's own filters take a key's text too.
        return made.rows(
            {
                name: values[name] if isinstance(values[name], kind) else kind(values[name])
                for name, kind in self._types.items()
            }
        )

    def first(self, **values: Any) -> Row | None:
        """The first row for these values; None if there is none."""
        return next(iter(self(**values)), None)

    def number(self, **values: Any) -> int:
        """What `number` has made of the rows; 0 where there are none."""
        found: Any = self(**values)
        return found[0][0] or 0


def number(function: str, rows: QuerySet[Any], column: str = "") -> Number:
    """SQL's COUNT of rows, or SUM or MAX of a column, as a query set that `Prepared` takes."""
    # Django's own aggregates would group the rows.
    return rows.values_list(
        Func(column or Star(), function=function, output_field=BigIntegerField())
    )


class _Made:
    """The SQL of one query set for one connection, and how its rows are read."""

    def __init__(self, rows: QuerySet[Any, Any], stand_ins: dict[str, Any]) -> None:
        self.connection = connections[DEFAULT_DB_ALIAS]
        self._compiler = compiler = rows.query.get_compiler(connection=self.connection)
        self._sql, self._params = compiler.as_sql()
        adapted = {self._adapted(value): name for name, value in stand_ins.items()}
        self._gaps = [(at, adapted[p]) for at, p in enumerate(self._params) if p in adapted]
        if missing := stand_ins.keys() - {name for _, name in self._gaps}:
            raise ValueError(f"{', '.join(sorted(missing))}: not a parameter of {self._sql}")
        self._converters = compiler.get_converters([column for column, *_ in compiler.select])
        info = compiler.klass_info
        self._is_model = bool(info) and not rows.query.values_select
        if self._is_model:
            self._model, columns = info["model"], info["select_fields"]
            self._columns = slice(columns[0], columns[-1] + 1)
            self._names = [c.target.attname for c, *_ in compiler.select[self._columns]]
            self._related = get_related_populators(info, compiler.select, rows.db)  # type: ignore[call-arg]
            self._alias = rows.db

    def rows(self, values: dict[str, Any]) -> list[Any]:
        params = list(self._params)
        for at, name in self._gaps:
            params[at] = self._adapted(values[name])
        with self.connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            found = cursor.fetchall()
        converted = self._compiler.apply_converters(found, self._converters)
        return [self._read(row) if self._is_model else tuple(row) for row in converted]

    def _read(self, row: list[Any]) -> Any:
        read = self._model.from_db(self._alias, self._names, row[self._columns])
        for related in self._related:
            related.populate(row, read)
        return read

    def _adapted(self, value: Any) -> Any:
        """As Django's fields give it to the database."""
        if isinstance(value, uuid.UUID):
            return value if self.connection.features.has_native_uuid_field else value.hex
        if isinstance(value, datetime):
            return self.connection.ops.adapt_datetimefield_value(value)
        return value
