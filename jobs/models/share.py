"""A share link: shows a photo or an album to anyone with its token until it expires."""

import secrets
from collections.abc import Collection
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from jobs.models.album import Album
from jobs.models.photo import Photo


def new_token() -> str:
    """128 bits that nobody guesses."""
    return secrets.token_urlsafe(16)


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def alive(self) -> Self:
        """Those whose time is not over."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()))


class ShareLink(models.Model):
    """A way to a photo, or to an album's photos, past their visibility; `jobs.sharing.links` makes
    them.
    """

    token = models.CharField(max_length=32, unique=True, default=new_token)
    photo = models.ForeignKey(Photo, models.CASCADE, null=True, related_name="share_links")
    album = models.ForeignKey(Album, models.CASCADE, null=True, related_name="share_links")
    password = models.CharField(max_length=128, blank=True, help_text="A hash; empty: none.")
    sender = models.CharField(
        max_length=100, blank=True, db_default="", help_text="Who sends it, as they write."
    )
    message = models.TextField(
        max_length=1000, blank=True, db_default="", help_text="To who opens it."
    )
    originals = models.BooleanField(
        default=True, db_default=True, help_text="It shows the photos before, too."
    )
    downloads = models.BooleanField(
        default=True, db_default=True, help_text="Full-size files may be downloaded."
    )
    contributions = models.BooleanField(
        default=False, db_default=False, help_text="Of an album: who opens it may add photos."
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(photo__isnull=True) ^ Q(album__isnull=True),
                name="share_link_to_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.token[:6]}…"

    @property
    def grant(self) -> str:
        """What a browser that was let in carries; a new password makes old ones worthless."""
        return self._grant(settings.SECRET_KEY)

    def lets_in(self, grants: Collection[str]) -> bool:
        """Whether one of these grants is of this link, made with this key or one of before."""
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return any(self._grant(key) in grants for key in keys)

    def _grant(self, key: str) -> str:
        mac = salted_hmac("jobs.share", self.token + self.password, secret=key)
        return f"{self.token}:{mac.hexdigest()}"
