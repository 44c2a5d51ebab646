"""The rows of all tables as lines of JSON, and back."""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Field, Model
from django.utils.duration import duration_iso_string

from colorweb.accounts.models import Mail

BATCH = 2000  # rows in memory at once
PASSING: tuple[type[Model], ...] = (Session, UserSession, Mail)
"""What is not saved: keys of logins, and mail that waits. Restoring ends all logins."""


def tables() -> list[type[Model]]:
    """The model of every table that is ours to fill, those between two others too."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.managed and not model._meta.proxy]


def saved() -> list[type[Model]]:
    """The models whose rows a backup holds."""
    return [model for model in tables() if model not in PASSING]


def migrations() -> list[str]:
    """Which migrations this database has had."""
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


@contextmanager
def one_moment() -> Iterator[None]:
    """Whatever is read within is from one moment, and nobody waits for it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # Not `atomic`: that takes SQLite's one place for writers.
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def count() -> int:
    """How many rows there are."""
    return sum(model._base_manager.count() for model in saved())


def dump(file: IO[str]) -> Iterator[None]:
    """Write all rows: a line with a table's name and fields, then a line a row; yields for each."""
    for model in saved():
        names = [field.attname for field in _fields(model)]
        file.write(json.dumps({"model": model._meta.label, "fields": names}) + "\n")
        rows = model._base_manager.order_by("pk").values_list(*names)
        for row in rows.iterator(chunk_size=BATCH):
            file.write(json.dumps(row, default=_encode, ensure_ascii=False) + "\n")
            yield


def load(lines: Iterable[str]) -> Iterator[int]:
    """Put the rows of `dump` in the place of all that there is; yields how many went in.

    Runs in the caller's transaction, which checks at its end that all references lead somewhere.
    """
    style = no_style()
    names = [model._meta.db_table for model in tables()]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(style, names))
    with connection.cursor() as cursor:
        statements = _statements(lines)
        while batch := list(islice(statements, BATCH)):
            for sql, rows in _runs(batch):
                cursor.executemany(sql, rows)
            yield len(batch)
        for sql in connection.ops.sequence_reset_sql(style, tables()):
            cursor.execute(sql)


def _statements(lines: Iterable[str]) -> Iterator[tuple[str, list[Any]]]:
    """For each row the statement that inserts it, and its values."""
    sql, fields, passing = "", [], False
    for line in lines:
        read = json.loads(line)
        if isinstance(read, dict):
            model = apps.get_model(read["model"])
            passing = model in PASSING  # of a backup that an earlier version made
            known = {field.attname: field for field in _fields(model)}
            fields = [known[name] for name in read["fields"]]
            sql = _insert(model, fields)
            continue
        if passing:
            continue
        values = zip(fields, read, strict=True)
        yield sql, [f.get_db_prep_save(f.to_python(value), connection) for f, value in values]


def _runs(batch: Iterable[tuple[str, list[Any]]]) -> Iterator[tuple[str, list[list[Any]]]]:
    """Rows of the same table together."""
    together: dict[str, list[list[Any]]] = {}
    for sql, row in batch:
        together.setdefault(sql, []).append(row)
    yield from together.items()


def _insert(model: type[Model], fields: Iterable[Field[Any, Any]]) -> str:
    columns = [connection.ops.quote_name(str(field.column)) for field in fields]
    table = connection.ops.quote_name(model._meta.db_table)
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - ours


def _fields(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def _encode(value: Any) -> Any:
    """What JSON has no word for, as the fields' `to_python` reads it."""
    match value:
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return duration_iso_string(value)
        case uuid.UUID() | Decimal():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a backup")
