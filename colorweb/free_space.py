"""Room that is kept free on the disks of the database, the logs and the photos.

Quotas are each owner's; strangers together could fill a disk all the same. While there is too
little room nothing new is accepted, from guests first, so that the database can always write and
what was accepted is finished.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage

from colorweb.errors import DomainError

SHARE, LEAST = 0.05, 2_000_000_000
"""Of a disk, and in bytes: the larger of both is kept free where `MIN_FREE_BYTES` is not set."""
FOR_GUESTS = 1.25
"""Guests have to leave so much more room than accounts."""
RETRY_AFTER = 600


def check(size: int = 0, *, guest: bool = False) -> None:
    """Raise DomainError unless there is room for so many bytes more."""
    if room(size) < (FOR_GUESTS if guest else 1):
        raise DomainError("no_room", retry_after=RETRY_AFTER)


def is_short() -> bool:
    """Whether there is so little room that what can be spared is deleted."""
    return room() < 0.5


def room(size: int = 0) -> float:
    """What would be free after so many bytes more, in times of what is kept free; of the disk that
    has the least. Below 1: too little."""
    return min((disk.free - size) / kept_free(disk.total) for disk in _disks())


def kept_free(total: int) -> int:
    """Bytes that are kept free of a disk of `total` bytes."""
    return settings.MIN_FREE_BYTES or max(LEAST, round(SHARE * total))


def _disks() -> Iterator[Any]:
    yield shutil.disk_usage(settings.VAR_DIR)
    yield shutil.disk_usage(settings.FILE_UPLOAD_TEMP_DIR)
    with suppress(NotImplementedError, FileNotFoundError):  # S3, or a folder before its first file
        yield shutil.disk_usage(default_storage.path(""))
