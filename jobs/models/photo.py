"""A photo: its files lie in a folder of its own, its row names the owner."""

import uuid
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from colorweb import clock
from ml.imaging.vividness import NATURAL

HISTORY = {
    "photo_history": ["-created_at", "-id"],
    "photo_history_name": ["name", "id"],
    "photo_history_bytes": ["-stored_bytes", "-id"],
    "photo_history_state": ["state", "-created_at", "-id"],
    "photo_history_model": ["colored_by", "-created_at", "-id"],
    "photo_history_sees": ["visibility", "-created_at", "-id"],
}
"""An account's photos in each order and by each filter of the history: name of index -> columns."""

EVERYBODYS = Q(created_at__gte=F("created_at"))
"""True of each row; says that everybody's rows are listed, the newest first."""


class Reason(models.TextChoices):
    """What may be wrong with a public photo."""

    PRIVACY = "privacy", _("somebody in it does not want to be seen")
    RIGHTS = "rights", _("it belongs to somebody else")
    OFFENSE = "offense", _("violence, nudity or hate")
    SPAM = "spam", _("advertising")
    OTHER = "other", _("something else")


class Look(NamedTuple):
    """How a photo is shown: vividness 0..2, and the strength 0..1 with which tones are restored."""

    vividness: float = NATURAL
    tones: float = 0.0


class Photo(models.Model):
    """A photo somebody sent: its files lie in `folder`, its row says whose it is."""

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("private")
        UNLISTED = "unlisted", _("unlisted")
        PUBLIC = "public", _("public")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="photos"
    )
    guest = models.CharField(max_length=32, blank=True, help_text="The guest's key, hex.")
    name = models.CharField(max_length=200, help_text="The file's name as it was sent.")
    title = models.CharField(max_length=200, blank=True)
    alt = models.CharField(
        max_length=1000, blank=True, help_text="What can be seen, for who does not see it."
    )
    caption = models.TextField(blank=True, max_length=4000)
    taken = models.CharField(
        max_length=10, blank=True, help_text="1931, 1931-05 or 1931-05-12; empty: not known."
    )
    people = models.JSONField(default=list, blank=True, help_text="Names of who is in it.")
    words_public = models.BooleanField(
        default=False, db_default=False, help_text="Others read caption, date and people too."
    )
    visibility = models.CharField(
        max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    version = models.ForeignKey(
        "Job",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The finished job whose colors it is shown in; others read no other's files.",
    )
    vividness = models.FloatField(default=NATURAL)
    tones = models.FloatField(default=0.0, help_text="How far its tones are restored, 0 to 1.")
    look_revision = models.PositiveIntegerField(
        default=0, help_text="Grows with every change of vividness and tones."
    )
    published_at = models.DateTimeField(
        null=True, blank=True, help_text="In the gallery since; empty unless public."
    )
    likes = models.PositiveIntegerField(
        default=0, help_text="How many; `jobs.sharing.likes` counts."
    )
    hidden_for = models.CharField(
        max_length=10,
        choices=Reason.choices,
        blank=True,
        help_text="Why staff hide it from everybody but its owner; empty: they do not.",
    )
    trashed_at = models.DateTimeField(null=True, blank=True, help_text="In the trash since.")

    source = models.CharField(max_length=200, help_text="Storage name of the file as sent.")
    format = models.CharField(max_length=10)
    bytes = models.BigIntegerField()
    stored_bytes = models.BigIntegerField(
        default=0, help_text="Of all files kept of it: the source and what was made from it."
    )
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    has_color = models.BooleanField(default=False)
    toned = models.BooleanField(
        default=False, db_default=False, help_text="Of one color when it came, such as sepia."
    )
    has_alpha = models.BooleanField(default=False)
    # A process of the version before may still run, and knows none of these four.
    depth = models.PositiveSmallIntegerField(
        default=8, db_default=8, help_text="Bits a channel, 8 or 16."
    )
    pages = models.PositiveIntegerField(default=1, db_default=1, help_text="Of its file.")
    page = models.PositiveIntegerField(default=1, db_default=1, help_text="The one it is.")
    notes = models.JSONField(
        null=True, blank=True, help_text="As `ml.imaging.notes` makes them; null: not known."
    )
    # The 1st and 99th percentile of L*; null: sent before version 0.2, and not measured yet.
    tone_low = models.FloatField(null=True, blank=True)
    tone_high = models.FloatField(null=True, blank=True)
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    # Of its jobs what the history filters by, kept by `jobs.queue.states` and `jobs.queue`.
    newest = models.ForeignKey("Job", models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, default="queued", help_text="Of its newest job.")
    colored_by = models.CharField(
        max_length=60, blank=True, help_text="The model of its newest colors."
    )

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        indexes: ClassVar = [
            *(
                models.Index(
                    fields=["owner", *fields], name=name, condition=Q(trashed_at__isnull=True)
                )
                for name, fields in HISTORY.items()
            ),
            # Everything that a sum over an owner's photos reads.
            models.Index(fields=["owner", "stored_bytes"], name="photo_bytes_of_owner"),
            models.Index(
                fields=["guest", "-created_at"], name="photo_of_guest", condition=~Q(guest="")
            ),
            models.Index(fields=["created_at"], name="photo_guest_age", condition=~Q(guest="")),
            models.Index(
                fields=["owner", "-trashed_at", "-id"],
                name="photo_trash_of_owner",
                condition=Q(trashed_at__isnull=False),
            ),
            models.Index(
                fields=["trashed_at"],
                name="photo_trash_age",
                condition=Q(trashed_at__isnull=False),
            ),
            # Conditions without a value: SQLite proves no others when values come as parameters.
            models.Index(
                fields=["-published_at", "-id"],
                name="photo_newest",
                condition=Q(published_at__isnull=False),
            ),
            models.Index(
                fields=["-likes", "-id"],
                name="photo_most_liked",
                condition=Q(published_at__isnull=False),
            ),
            # The console's lists, which alone name its condition: for an owner's list PostgreSQL
            # would think it quicker than the owner's index, and read everybody's rows for theirs.
            models.Index(
                fields=["-created_at", "-id"],
                name="photo_created",
                condition=EVERYBODYS,
            ),
            models.Index(
                fields=["visibility", "-created_at", "-id"],
                name="photo_shown",
                condition=~Q(visibility="private"),
            ),
            models.Index(
                fields=["-published_at", "-id"],
                name="photo_hidden",
                condition=~Q(hidden_for=""),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(guest=""), name="photo_has_an_owner"
            )
        ]

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def folder(self) -> str:
        """Storage folder of everything that belongs to this photo."""
        return folder_of(self.id)

    @property
    def was_gray(self) -> bool:
        """Whether it had neither colors nor a tone when it came."""
        return not (self.has_color or self.toned)

    @property
    def noticed(self) -> list[dict[str, Any]]:
        """What intake noticed about its file."""
        return self.notes or []

    @property
    def look(self) -> Look:
        """How every place shows it."""
        return Look(self.vividness, self.tones)

    @property
    def visitor_key(self) -> str:
        """The name of its owner's live channel, as `Visitor.key` spells it."""
        return f"user-{self.owner_id}" if self.owner_id else f"guest-{self.guest}"


STORED_AS = {
    "gray": "grey",
    "gray_card": "grey_card",
    "gray_preview": "grey_preview",
    "colors": "colours",
}
"""Kinds of files whose names in storage, and once in URLs, are older than their names here.

A stored file never moves, so new ones are called as those of earlier versions are.
"""


def folder_of(photo_id: uuid.UUID) -> str:
    """Where a photo's files lie; two letters of the id keep directories small."""
    return f"photos/{photo_id.hex[:2]}/{photo_id}"
