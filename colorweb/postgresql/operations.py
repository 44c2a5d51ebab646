"""Migrations of indexes that do not stop a site with millions of rows while they run.

They belong into migrations that are not atomic. Cut short, a migration may be run again.
"""

import sys
from typing import Any

from django.db import ProgrammingError
from django.db.migrations import operations

TRIGRAMS = "pg_trgm"


class AddIndex(operations.AddIndex):
    """Makes an index beside writers on PostgreSQL, elsewhere as Django does."""

    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        model = new.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            _add(editor, model, self.index)

    def database_backwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        model = old.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            _remove(editor, self.index.name)


class RemoveIndex(operations.RemoveIndex):
    """Removes an index in the same way."""

    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        model = old.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            _remove(editor, self.name)

    def database_backwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        model = new.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            state = new.models[app_label, self.model_name_lower]
            _add(editor, model, state.get_index_by_name(self.name))


class AddTrigrams(operations.base.Operation):
    """An index on PostgreSQL that finds parts of texts: `columns`, or expressions of them.

    Where the role may not create the extension, searching works without it, and the operator reads
    what to do.
    """

    def __init__(self, name: str, model_name: str, columns: list[str]) -> None:
        self.name, self.model_name, self.columns = name, model_name, columns

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No model knows of it: other databases have nothing like it."""

    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        model = new.apps.get_model(app_label, self.model_name)
        if not self._is_wanted(editor, model):
            return
        table = editor.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's own way
        columns = ", ".join(f"{column} gin_trgm_ops" for column in self.columns)
        make = f"CREATE INDEX CONCURRENTLY {self.name} ON {table} USING gin ({columns})"
        extension = f"CREATE EXTENSION IF NOT EXISTS {TRIGRAMS}"
        try:
            editor.execute(extension)
        except ProgrammingError as error:
            sys.stderr.write(
                f"\n    Searching reads all rows: this database has no {TRIGRAMS} ({error}). "
                "To search by an index, as a superuser of it run:\n"
                f"    {extension}; {make};\n"
            )
            return
        _remove(editor, self.name)
        editor.execute(make)

    def database_backwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if self._is_wanted(editor, old.apps.get_model(app_label, self.model_name)):
            _remove(editor, self.name)

    def _is_wanted(self, editor: Any, model: Any) -> bool:
        connection = editor.connection
        return connection.vendor == "postgresql" and self.allow_migrate_model(
            connection.alias, model
        )

    def describe(self) -> str:
        return f"Create index {self.name} for searching {self.model_name}"


def _add(editor: Any, model: Any, index: Any) -> None:
    _remove(editor, index.name)  # one left invalid by a migration that was cut short
    beside = {"concurrently": True} if editor.connection.vendor == "postgresql" else {}
    editor.add_index(model, index, **beside)


def _remove(editor: Any, name: str) -> None:
    beside = "CONCURRENTLY " if editor.connection.vendor == "postgresql" else ""
    editor.execute(f"DROP INDEX {beside}IF EXISTS {editor.quote_name(name)}")
