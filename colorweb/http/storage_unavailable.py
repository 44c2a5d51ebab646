"""Storage that does not answer, or a disk that is full: not the request's fault, and it passes.

Files come before their rows, so whatever was asked for has not happened.
"""

import errno
import sys

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from colorweb.errors import DomainError

OF_DISKS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)


CODE = "storage_unavailable"
RETRY_AFTER = 30
"""Seconds after which a request is worth sending again."""


def refusal() -> DomainError:
    """What a request gets whose storage is unavailable."""
    return DomainError(f"{CODE}.request", retry_after=RETRY_AFTER)


def is_unavailable(error: BaseException) -> bool:
    """Whether an error says that the storage cannot be used, whatever is asked of it."""
    if isinstance(error, OSError) and error.errno in OF_DISKS:
        return True
    # What is not imported has raised nothing; it is not where files lie in a folder.
    botocore = sys.modules.get("botocore.exceptions")
    return bool(botocore and isinstance(error, (botocore.BotoCoreError, botocore.ClientError)))


def probe() -> None:
    """Write and delete a small file. Raises whatever the storage raises."""
    default_storage.delete(default_storage.save("health/probe", ContentFile(b"ok")))
