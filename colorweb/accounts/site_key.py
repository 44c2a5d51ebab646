"""Which SECRET_KEY a database belongs to: a process with another one would open nothing of it."""

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from colorweb.accounts import encryption
from colorweb.accounts.models import SiteKey
from colorweb.refusal import refusal


class KeyMissing(Exception):
    """Some secrets are encrypted with a key that this process does not have."""


def record() -> None:
    """Record the key's fingerprint for a database that has none. Raises SystemExit as `check`."""
    SiteKey.objects.get_or_create(pk=1, defaults={"fingerprint": fingerprint(settings.SECRET_KEY)})
    check()


def check() -> None:
    """Raises SystemExit if the database belongs to a key that this process does not have."""
    row = SiteKey.objects.first()
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if row and row.fingerprint not in map(fingerprint, keys):
        raise refusal(
            "SECRET_KEY is not the key of this database. Set it to the one that the other "
            "machines have, or that the site had when the backup was made. If that key is lost: "
            "manage.py rotate_key --lost"
        )


def rotate(*, lost: bool = False) -> tuple[int, int]:
    """Encrypt all secrets with SECRET_KEY and make it the database's key.

    Returns how many secrets could be read and how many could not. Raises KeyMissing, and changes
    nothing, if there are some of these and the key is not `lost`.
    """
    with transaction.atomic():
        readable, unreadable = encryption.rotate_all()
        if unreadable and not lost:
            raise KeyMissing(
                f"{unreadable} of {readable + unreadable} secrets open with neither SECRET_KEY nor "
                "SECRET_KEY_FALLBACKS. Nothing was changed. Add the key they were made with to "
                "SECRET_KEY_FALLBACKS; if it is lost, add --lost: they stay unreadable."
            )
        mine = {"fingerprint": fingerprint(settings.SECRET_KEY)}
        SiteKey.objects.update_or_create(pk=1, defaults=mine)
    return readable, unreadable


def fingerprint(key: str) -> str:
    """What tells keys apart, and opens nothing."""
    return salted_hmac("colorweb.site-key", "", secret=key, algorithm="sha256").hexdigest()
