"""Which installation a storage belongs to: the same id in the database and in a file.

A process whose storage shows another id, or none although `prepare` has written one, was given a
wrong bucket or a folder that is not mounted.
"""

from __future__ import annotations

import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from colorweb.accounts.models import Installation

MARKER = "installation"
"""Name of the file in the storage."""


class WrongStorage(Exception):
    """The storage is not the one of this installation."""


def mark() -> None:
    """Give database and storage an id where they have none. Raises WrongStorage."""
    row, _new = Installation.objects.get_or_create(pk=1)
    if _stored() is None:
        default_storage.save(MARKER, ContentFile(str(row.key).encode()))
    check()


def renew() -> None:
    """A new id: what was restored here is another installation than the one that was saved."""
    Installation.objects.update_or_create(pk=1, defaults={"key": uuid.uuid4()})
    default_storage.delete(MARKER)
    mark()


def check() -> None:
    """Raises WrongStorage if the storage is another installation's, and what a storage raises."""
    key = Installation.objects.values_list("key", flat=True).first()
    stored = _stored()
    if key is None or stored == str(key):
        return
    if stored is None:
        raise WrongStorage("The storage does not belong to this site: no `prepare` has marked it.")
    raise WrongStorage(f"The storage belongs to another installation ({stored}).")


def _stored() -> str | None:
    try:
        with default_storage.open(MARKER) as file:
            return file.read(100).decode(errors="replace").strip()
    except FileNotFoundError:
        return None
