"""A data set: where its photos come from, and what a check has found in it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from colorweb.errors import message_of
from ml.models.task import Task


class DataSet(Task):
    """Photos to learn from. Once checked, `fingerprint` names exactly what is in it."""

    class Kind(models.TextChoices):
        UPLOAD = "upload", _("uploaded archive")
        FOLDER = "folder", _("folder on the server")
        PLACES365 = "places365", _("Places365 on the server")
        CONSENTED = "consented", _("photos of people who allowed it")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be checked")
        CHECKING = "checking", _("being checked")
        READY = "ready", _("ready")
        FAILED = "failed", _("cannot be used")

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    path = models.CharField(_("path"), max_length=500, blank=True)
    archive = models.CharField(max_length=200, blank=True, help_text="Storage name.")
    note = models.TextField(_("note"), blank=True)
    is_reference = models.BooleanField(
        _("reference"),
        default=False,
        help_text=_("New versions are compared on it: one set at most."),
    )

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    progress = models.FloatField(default=0.0, help_text="Of the check, 0 to 1.")
    error = models.JSONField(default=dict, blank=True, help_text="See `ml.errors`.")

    # What the last check found; `index` lists every photo with its hash and part.
    training = models.PositiveIntegerField(_("training photos"), default=0)
    validation = models.PositiveIntegerField(_("validation photos"), default=0)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True)
    report = models.JSONField(default=dict, blank=True)
    index = models.CharField(max_length=200, blank=True, help_text="Storage name.")
    sheet = models.CharField(max_length=200, blank=True, help_text="Storage name.")
    tiles = models.CharField(
        max_length=200, blank=True, help_text="Storage name of a zip: a small picture of each."
    )
    earlier = models.JSONField(
        default=list,
        blank=True,
        help_text="Versions of before photos were excluded, restored or tagged: index, fingerprint,"
        " at, by, and what was changed then.",
    )

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)

    class Meta:
        verbose_name = _("data set")
        verbose_name_plural = _("data sets")
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def error_message(self) -> str:
        """Why it failed, in the reader's language."""
        return message_of(self.error)

    @property
    def folder(self) -> str:
        """Storage folder of everything that belongs to this data set."""
        return f"datasets/{self.id}"
