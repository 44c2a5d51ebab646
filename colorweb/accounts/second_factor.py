"""How the secrets of the second factor are stored."""

from collections.abc import Iterator

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from colorweb.accounts import encryption

PURPOSE = "colorweb.mfa"


class MFAAdapter(DefaultMFAAdapter):
    """Stores them encrypted."""

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text, PURPOSE)


def rotate() -> Iterator[bool]:
    """Encrypt all of them with today's key; yields for each row whether it could be read."""
    types = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    for row in Authenticator.objects.filter(type__in=types).iterator():
        yield encryption.rotate(row, "data", PURPOSE)
