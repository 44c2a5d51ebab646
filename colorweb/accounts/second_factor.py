"""How the secrets of the second factor are stored."""

from allauth.mfa.adapter import DefaultMFAAdapter

from colorweb.accounts import encryption

PURPOSE = "colorweb.mfa"


class MFAAdapter(DefaultMFAAdapter):
    """Stores them encrypted."""

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text, PURPOSE)
