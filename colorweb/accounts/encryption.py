"""Secrets that must be readable later are stored encrypted with the site's key.

A copy of the database alone opens nothing.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db.models import Model
from django.utils.encoding import force_bytes

Rows = Callable[[], Iterator[bool]]
"""Encrypts an app's secrets again by `rotate`; yields for each row whether it could be read."""
_registered: list[Rows] = []


def encrypt(text: str, purpose: str) -> str:
    """Encrypt a secret; only the same purpose opens it."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def decrypt(encrypted: str, purpose: str) -> str:
    """The secret again, with this key of the site or one of its fallbacks.

    Raises `cryptography.fernet.InvalidToken` when none of them fits.
    """
    return _fernet(purpose).decrypt(encrypted.encode()).decode()


def register(rows: Rows) -> None:
    """Adds an app's encrypted rows to those of `rotate_all`; for `AppConfig.ready`."""
    _registered.append(rows)


def rotate_all() -> tuple[int, int]:
    """Encrypt all secrets with today's key: how many could be read, and how many could not."""
    outcomes = [could for rows in _registered for could in rows()]
    return outcomes.count(True), outcomes.count(False)


def rotate(row: Model, column: str, purpose: str) -> bool:
    """Encrypt what a column holds with today's key; False if no key of ours opens it.

    The column is a text, or JSON with encrypted texts in it. One that changes meanwhile stays.
    """
    before = getattr(row, column)
    try:
        after = _rotated(before, _fernet(purpose))
    except InvalidToken:
        return False
    same = type(row)._default_manager.filter(pk=row.pk, **{column: before})  # noqa: SLF001 - Django's name
    same.update(**{column: after})
    return True


def _rotated(value: Any, keys: MultiFernet) -> Any:
    match value:
        case str() if value:
            return keys.rotate(value.encode()).decode()
        case list():
            return [_rotated(one, keys) for one in value]
        case dict():
            return {name: _rotated(one, keys) for name, one in value.items()}
        case _:
            return value


def _fernet(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(purpose.encode() + force_bytes(key)).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
