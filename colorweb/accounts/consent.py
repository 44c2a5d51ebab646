"""What this site may learn from an account's photos: nothing, until its owner agrees.

Each use reads it again, so that none that follows uses what was withdrawn.
"""

from typing import Literal

from django.utils import timezone

from colorweb.accounts.models import User

Use = Literal["photos_for_training", "mends_for_learning"]


def give(user: User, use: Use) -> None:
    """Agree from now on; who has agreed already keeps the day on which they did."""
    User.objects.filter(pk=user.pk, **{use: None}).update(**{use: timezone.now()})


def withdraw(user: User, use: Use) -> None:
    """Agree no longer."""
    User.objects.filter(pk=user.pk).update(**{use: None})
