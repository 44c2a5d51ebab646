"""Why a photo could not be colored: what went wrong as an error of the one family."""

import logging

from colorweb.errors import DomainError
from colorweb.http.storage_unavailable import CODE, is_unavailable
from ml.imaging.photos import PhotoError

log = logging.getLogger(__name__)


def classify_failure(error: Exception, work: str) -> DomainError:
    """The error that `work` ended with, as its row keeps it; unexpected errors are logged."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, PhotoError):
        return DomainError(error.code, **error.params)
    if isinstance(error, MemoryError):
        return DomainError("out_of_memory")
    log.error("%s failed.", work, exc_info=error)
    return DomainError(CODE if is_unavailable(error) else "internal_error")
