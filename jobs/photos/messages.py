"""What is said to people, in their language, about things that speak English only."""

from django.utils.translation import gettext

from ml.imaging.photo_errors import ERRORS
from ml.imaging.photos import PhotoError


def in_words(error: PhotoError) -> str:
    """What is wrong with a photo and what to do, in the visitor's language."""
    return gettext(ERRORS[error.code]).format(**error.params)
