"""An album: an ordered set of photos with one way of sharing."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jobs.models.photo import Photo


class Album(models.Model):
    """Photos in an order; a photo may be in several. A guest's albums end with its photos."""

    class Sort(models.TextChoices):
        HAND = "hand", _("by hand")
        TAKEN = "taken", _("by date")
        NAME = "name", _("by name")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="albums"
    )
    guest = models.CharField(max_length=32, blank=True, help_text="The guest's key, hex.")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=4000)
    sort = models.CharField(max_length=10, choices=Sort.choices, default=Sort.HAND)
    photos = models.ManyToManyField(Photo, through="AlbumPhoto", related_name="albums")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner", "-created_at"], name="album_of_owner"),
            models.Index(
                fields=["guest", "-created_at"], name="album_of_guest", condition=~Q(guest="")
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(guest=""), name="album_has_an_owner"
            )
        ]

    def __str__(self) -> str:
        return self.title


class AlbumPhoto(models.Model):
    """A photo's place in an album."""

    album = models.ForeignKey(Album, models.CASCADE, related_name="places")
    photo = models.ForeignKey(Photo, models.CASCADE, related_name="places")
    position = models.PositiveIntegerField(help_text="Its place by hand, from 0.")
    giver = models.CharField(max_length=100, blank=True, help_text="Who added it; empty: owner.")
    accepted = models.BooleanField(
        default=True, help_text="Shown to others; what somebody else added waits for the owner."
    )

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["album", "photo"], name="album_has_a_photo_once")
        ]
        indexes: ClassVar = [models.Index(fields=["album", "position", "id"], name="album_order")]

    def __str__(self) -> str:
        return f"{self.photo_id} in {self.album_id}"
