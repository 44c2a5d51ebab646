"""Why a photo could not be colored: a stable code, and a sentence that says what to do."""

import logging

from django.utils.translation import gettext_noop

from colorweb.http.storage_unavailable import CODE, is_unavailable
from ml.imaging.photos import PhotoError
from ml.versions.serving import MODEL_UNAVAILABLE, Unavailable

log = logging.getLogger(__name__)

TOOK_TOO_LONG = gettext_noop("Coloring took too long. Try a smaller copy of the photo.")
OUT_OF_MEMORY = gettext_noop("The photo needs more memory than is available. Try a smaller copy.")
STORAGE_UNAVAILABLE = gettext_noop("Photo storage was unavailable. Please try again.")
INTERNAL_ERROR = gettext_noop("Something broke on our side while coloring. Please try again.")


class TookTooLong(Exception):
    """The time limit of the photo has passed."""


def classify_failure(error: Exception, work: str) -> tuple[str, str]:
    """Code and message of the error that `work` ended with; unexpected errors are logged."""
    if isinstance(error, PhotoError):
        return error.code, error.message
    if isinstance(error, TookTooLong):
        return "took_too_long", TOOK_TOO_LONG
    if isinstance(error, MemoryError):
        return "out_of_memory", OUT_OF_MEMORY
    if isinstance(error, Unavailable):
        return "model_unavailable", MODEL_UNAVAILABLE
    log.error("%s failed.", work, exc_info=error)
    if is_unavailable(error):
        return CODE, STORAGE_UNAVAILABLE
    return "internal_error", INTERNAL_ERROR
