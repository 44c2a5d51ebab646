"""The same request sent twice makes one job, batch or archive.

A key belongs to the visitor who sent it, and is stored in the transaction that makes the thing:
there is never one without its key, nor a key without what it made.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BufferedReader
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile

from colorweb import clock
from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from jobs.models import Archive, Batch, IdempotencyKey, Job

Made = Job | Batch | Archive
RETENTION = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Key:
    """A visitor's name for one request, and a digest of its content."""

    owner: str
    name: str
    fingerprint: str

    def earlier(self) -> Made | None:
        """What this request made before. Raises DomainError if it asked for something else."""
        keys = IdempotencyKey.objects.filter(owner=self.owner, key=self.name)
        found = keys.select_related("job__photo", "batch", "archive").first()
        if found is None:
            return None
        if found.fingerprint != self.fingerprint:
            raise DomainError("idempotency_conflict")
        return found.job or found.batch or found.archive

    def remember(self, made: Made) -> None:
        """Store the key with what it made. Raises IntegrityError after a concurrent duplicate."""
        IdempotencyKey.objects.create(
            owner=self.owner,
            key=self.name,
            fingerprint=self.fingerprint,
            job=made if isinstance(made, Job) else None,
            batch=made if isinstance(made, Batch) else None,
            archive=made if isinstance(made, Archive) else None,
        )


def key(
    visitor: Visitor, name: str, files: Sequence[UploadedFile | str], options: Mapping[str, Any]
) -> Key:
    """The key of a request: what counts is each file's content, or the address it is to be
    fetched from, and the options, but no file name.
    """
    digest = hashlib.sha256()
    for file in files:
        one = hashlib.sha256(file.encode()) if isinstance(file, str) else _digest(file)
        digest.update(one.digest())
    for option in sorted(options):
        digest.update(f"\n{option}={options[option]!r}".encode())
    return Key(visitor.key, name, digest.hexdigest())


def sweep() -> int:
    """Delete keys older than a day; how many."""
    old = IdempotencyKey.objects.filter(created_at__lt=clock.before(RETENTION))
    return old.delete()[0]


def _digest(upload: UploadedFile) -> Any:
    file = cast("BufferedReader", upload.file)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")
    file.seek(0)
    return digest
