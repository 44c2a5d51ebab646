"""Secrets that must be readable later are stored encrypted with the site's key.

A copy of the database alone opens nothing.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


def encrypt(text: str, purpose: str) -> str:
    """Encrypt a secret; only the same purpose opens it."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def decrypt(encrypted: str, purpose: str) -> str:
    """The secret again, with this key of the site or one of its fallbacks.

    Raises `cryptography.fernet.InvalidToken` when none of them fits.
    """
    return _fernet(purpose).decrypt(encrypted.encode()).decode()


def _fernet(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(purpose.encode() + force_bytes(key)).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
