"""Storage that does not answer, or a disk that is full: not the request's fault, and it passes.

Files come before their rows, so whatever was asked for has not happened.
"""

import errno
import sys

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException

OF_DISKS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)


class StorageUnavailable(APIException):
    """503, and when to ask again."""

    status_code = 503
    default_code = "storage_unavailable"
    default_detail = _("Photos can be neither kept nor read just now. Try again in a minute.")
    wait = 30


def is_unavailable(error: BaseException) -> bool:
    """Whether an error says that the storage cannot be used, whatever is asked of it."""
    if isinstance(error, OSError):
        return error.errno in OF_DISKS
    # What is not imported has raised nothing; it is not where files lie in a folder.
    botocore = sys.modules.get("botocore.exceptions")
    return bool(botocore and isinstance(error, (botocore.BotoCoreError, botocore.ClientError)))


def probe() -> None:
    """Write and delete a small file. Raises whatever the storage raises."""
    default_storage.delete(default_storage.save("health/probe", ContentFile(b"ok")))
