"""API tokens: made once, shown once, known afterwards by their hash alone.

A token is 256 random bits, so a plain SHA-256 of it can stand in the database: there is nothing
to guess, and finding it takes one look into an index.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from colorweb.accounts.models import ApiToken, User
from colorweb.errors import DomainError

MARK = "cw_"
PREFIX_LENGTH = len(MARK) + 6
"""Characters of a token that are stored, to recognize it by."""
LAST_USED_PRECISION = timedelta(minutes=10)
"""`last_used_at` is not written more often."""
MAX_TOKENS = 100
"""Tokens that an account may have."""


def create(
    user: User, name: str, scopes: Collection[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token; the row, and the secret that nobody can read again. Raises DomainError."""
    if user.api_tokens.count() >= MAX_TOKENS:
        raise DomainError("too_many_tokens")
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        digest=_digest(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    return token, secret


def find(secret: str) -> ApiToken | None:
    """The token of that secret, if it is valid; records that it was used."""
    if not secret.startswith(MARK):
        return None
    now = timezone.now()
    good = ApiToken.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now), digest=_digest(secret), user__is_active=True
    )
    token = good.select_related("user").first()
    if token and (token.last_used_at is None or token.last_used_at < now - LAST_USED_PRECISION):
        good.update(last_used_at=now)
    return token


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
