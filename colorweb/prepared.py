"""Statements whose SQL is made once: Django takes ten times as long to make it as SQLite to answer.

For those that a request, a claim or a stage always asks; all others are written the usual way.
"""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import BigIntegerField, Func, QuerySet
from django.db.models.expressions import Star
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery
from django.utils.duration import duration_microseconds

Row = TypeVar("Row")
Made = TypeVar("Made", bound="_Made")
Number = QuerySet[Any, tuple[int | None]]
STAND_INS: dict[type, Callable[[int], Any]] = {
    uuid.UUID: lambda _n: uuid.uuid4(),
    str: lambda _n: uuid.uuid4().hex,
    int: lambda n: 32_001 + n,  # of columns the smallest holds it
    datetime: lambda n: datetime(1901, 2, 3, 4, 5, 6, 700 + n, UTC),
    timedelta: lambda n: timedelta(days=98, microseconds=765 + n),
    dict: lambda n: {"stand-in": n},  # of a JSONField
}


class _Statement:
    """What is made for values of the given types, in each thread once."""

    def __init__(self, make: Callable[..., Any], **types: type) -> None:
        self._make, self._types = make, types
        self._made = threading.local()

    def _here(self, kind: type[Made]) -> Made:
        made: Made | None = getattr(self._made, "value", None)
        if made is None or made.connection is not connections[DEFAULT_DB_ALIAS]:
            stand_ins = {
                name: STAND_INS[type_](number)
                for number, (name, type_) in enumerate(self._types.items())
            }
            made = self._made.value = kind(self._make(**stand_ins), stand_ins)
        return made

    def _typed(self, values: dict[str, Any]) -> dict[str, Any]:
        # Django's own filters take a key's text too.
        return {
            name: values[name] if isinstance(values[name], kind) else kind(values[name])
            for name, kind in self._types.items()
        }


class Prepared(_Statement, Generic[Row]):
    """A query set with gaps for values of the given types.

    `make` is called with stand-ins, and must use each as it is: the SQL has to have it among its
    parameters. The query set is of models, related ones too, or a `values_list` of tuples.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Row]], **types: type) -> None:
        super().__init__(make, **types)

    def __call__(self, **values: Any) -> list[Row]:
        """The rows for these values."""
        return self._here(_Query).rows(self._typed(values))

    def first(self, **values: Any) -> Row | None:
        """The first row for these values; None if there is none."""
        return next(iter(self(**values)), None)

    def number(self, **values: Any) -> int:
        """What `number` has made of the rows; 0 where there are none."""
        found: Any = self(**values)
        return found[0][0] or 0


class PreparedUpdate(_Statement):
    """The same for an UPDATE: `make` gives the rows, of one table, and what is written to them."""

    def __init__(
        self, make: Callable[..., tuple[QuerySet[Any], dict[str, Any]]], **types: type
    ) -> None:
        super().__init__(make, **types)

    def __call__(self, **values: Any) -> int:
        """Write; how many rows were changed."""
        return self._here(_Update).change(self._typed(values))


def number(function: str, rows: QuerySet[Any], column: str = "") -> Number:
    """SQL's COUNT of rows, or SUM or MAX of a column, as a query set that `Prepared` takes."""
    # Django's own aggregates would group the rows.
    return rows.values_list(
        Func(column or Star(), function=function, output_field=BigIntegerField())
    )


class _Made:
    """The SQL of one statement for one connection, and where its values belong."""

    def __init__(self, compiler: Any, stand_ins: dict[str, Any]) -> None:
        self.connection = connections[DEFAULT_DB_ALIAS]
        self._compiler = compiler
        self._sql, self._params = compiler.as_sql()
        adapted = [(name, _plain(self._adapted(value))) for name, value in stand_ins.items()]
        plain = [_plain(param) for param in self._params]
        self._gaps = [
            (at, name) for at, p in enumerate(plain) for name, value in adapted if value == p
        ]
        if missing := stand_ins.keys() - {name for _, name in self._gaps}:
            raise ValueError(f"{', '.join(sorted(missing))}: not a parameter of {self._sql}")

    def _filled(self, values: dict[str, Any]) -> list[Any]:
        params = list(self._params)
        for at, name in self._gaps:
            params[at] = self._adapted(values[name])
        return params

    def _adapted(self, value: Any) -> Any:
        """As Django's fields give it to the database."""
        features, ops = self.connection.features, self.connection.ops
        match value:
            case uuid.UUID():
                return value if features.has_native_uuid_field else value.hex
            case datetime():
                return ops.adapt_datetimefield_value(value)
            case timedelta():
                return value if features.has_native_duration_field else duration_microseconds(value)
            case dict():
                return ops.adapt_json_value(value, None)
        return value


class _Query(_Made):
    """A query's, and how its rows are read."""

    def __init__(self, rows: QuerySet[Any, Any], stand_ins: dict[str, Any]) -> None:
        compiler = rows.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
        super().__init__(compiler, stand_ins)
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
        with self.connection.cursor() as cursor:
            cursor.execute(self._sql, self._filled(values))
            found = cursor.fetchall()
        converted = self._compiler.apply_converters(found, self._converters)
        return [self._read(row) if self._is_model else tuple(row) for row in converted]

    def _read(self, row: list[Any]) -> Any:
        read = self._model.from_db(self._alias, self._names, row[self._columns])
        for related in self._related:
            related.populate(row, read)
        return read


class _Update(_Made):
    """An UPDATE's."""

    def __init__(
        self, given: tuple[QuerySet[Any], dict[str, Any]], stand_ins: dict[str, Any]
    ) -> None:
        rows, written = given
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(written)
        compiler = query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
        super().__init__(compiler, stand_ins)

    def change(self, values: dict[str, Any]) -> int:
        with (
            transaction.mark_for_rollback_on_error(using=DEFAULT_DB_ALIAS),
            self.connection.cursor() as cursor,
        ):
            cursor.execute(self._sql, self._filled(values))
            return int(cursor.rowcount)


def _plain(value: Any) -> Any:
    """A parameter as it can be compared: psycopg wraps JSON."""
    return getattr(value, "obj", value)
