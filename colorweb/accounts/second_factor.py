"""How the secrets of the second factor are kept."""

from allauth.mfa.adapter import DefaultMFAAdapter

from colorweb.accounts import sealed

PURPOSE = "colorweb.mfa"


class MFAAdapter(DefaultMFAAdapter):
    """Keeps them sealed."""

    def encrypt(self, text: str) -> str:
        return sealed.seal(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return sealed.unseal(encrypted_text, PURPOSE)
