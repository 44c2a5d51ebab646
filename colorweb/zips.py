"""Zips from outside, opened after their directory was counted, with readable names.

`ZipFile` reads the whole directory into memory when it is opened: two million entries of nothing
are quick to send, and take 700 MB and minutes to read.
"""

import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from colorweb import zip_names

ENTRY_BYTES = 1_000
"""Of one entry's name and fields, on average; usual ones have under 200."""
TAIL_BYTES = 1 << 17
"""The end of a zip, which is searched for the place of the directory, is half as long at most."""
_ENTRY = b"PK\1\2"


class TooManyEntries(Exception):
    """The directory has more entries than may be read."""


@contextmanager
def opened(file: IO[bytes], limit: int, language: str = "") -> Iterator[zipfile.ZipFile]:
    """The archive in a file, whose directory has at most `limit` entries, folders included.

    `language` is its sender's, as for `zip_names.restore`. Raises TooManyEntries, and
    `zipfile.BadZipFile` for what is no zip.
    """
    counted = _Counted(file, limit)
    try:
        archive = zipfile.ZipFile(cast("IO[bytes]", counted))
    except (NotImplementedError, ValueError, OverflowError, struct.error) as error:
        raise zipfile.BadZipFile(str(error)) from error
    counted.limit = None
    zip_names.restore(archive, language)
    with archive:
        yield archive


class _Counted:
    """A file that refuses to be read when that would be too long a directory."""

    def __init__(self, file: IO[bytes], limit: int) -> None:
        self.file = file
        self.limit: int | None = limit

    def read(self, size: int = -1) -> bytes:
        if self.limit is None:
            return self.file.read(size)
        if size < 0:  # the end, to find the directory
            return self.file.read(TAIL_BYTES)
        if size > ENTRY_BYTES * self.limit:
            raise TooManyEntries
        content = self.file.read(size)
        if content.count(_ENTRY) > self.limit:
            raise TooManyEntries
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)
