"""Where files lie: a folder, or S3-compatible storage (`s3`) for a site that has outgrown one disk.

A request that waits for either gives its database connection back first.

`walk` goes through what either of them holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.files.storage import FileSystemStorage, default_storage

from colorweb.http.timeouts import release_connection


class Folder(FileSystemStorage):
    """Django's folder of files."""

    def _save(self, name: str, content: Any) -> str:
        release_connection()
        return super()._save(name, content)  # type: ignore[misc]


def walk(folder: str) -> Iterator[tuple[str, datetime]]:
    """Name and time of each file below a folder of the storage, `""` for all of it; none if it is
    not there.
    """
    if hasattr(default_storage, "walk"):
        yield from default_storage.walk(folder)
        return
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    above = f"{folder}/" if folder else ""
    for name in names:
        with suppress(FileNotFoundError):  # deleted meanwhile
            yield f"{above}{name}", default_storage.get_modified_time(f"{above}{name}")
    for name in folders:
        yield from walk(f"{above}{name}")
