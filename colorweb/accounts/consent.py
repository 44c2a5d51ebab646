"""Whether this site may train its networks with an account's photos: no, until its owner agrees.

Every training run reads it again, so that no later run uses what was withdrawn.
"""

from django.utils import timezone

from colorweb.accounts.models import User


def give(user: User) -> None:
    """Agree from now on; who has agreed already keeps the day on which they did."""
    User.objects.filter(pk=user.pk, photos_for_training=None).update(
        photos_for_training=timezone.now()
    )


def withdraw(user: User) -> None:
    """Agree no longer."""
    User.objects.filter(pk=user.pk).update(photos_for_training=None)
