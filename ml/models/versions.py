"""Versions of networks."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

SHORT = 12
"""Digits of the SHA-256 that name a version to people and to jobs."""
TAKES_HINTS = "resnet-gray-unet"
STANDINGS = _(
    "Internal: visitors can use it while its name stands for it. Offered: they can choose it. "
    "Archived: nobody can; it stays on record."
)


class ModelVersion(models.Model):
    """One set of weights. Nothing of it changes but the note and its standing;
    `ml.versions.registry` makes them.
    """

    class Standing(models.TextChoices):
        INTERNAL = "internal", _("internal")
        OFFERED = "offered", _("offered")
        ARCHIVED = "archived", _("archived")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=60)
    sha256 = models.CharField(_("SHA-256 of the weights"), max_length=64, unique=True)
    file = models.CharField(
        _("file"), max_length=200, blank=True, help_text=_("Storage name; empty: it ships.")
    )
    bytes = models.BigIntegerField(_("bytes"))
    card = models.JSONField(_("model card"), help_text=_("As the weights file holds it."))
    architecture = models.CharField(_("architecture"), max_length=60)
    run = models.ForeignKey(
        "ml.TrainingRun",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="versions",
        verbose_name=_("training run"),
    )
    data_fingerprint = models.CharField(_("data fingerprint"), max_length=64, blank=True)
    recipe = models.JSONField(_("settings"), default=dict, blank=True)
    code_revision = models.CharField(_("code revision"), max_length=80, blank=True)
    metrics = models.JSONField(_("metrics"), default=dict, blank=True)
    samples = models.JSONField(
        _("samples"), default=list, blank=True, help_text=_("Storage names of pictures.")
    )
    note = models.TextField(_("note"), blank=True)
    standing = models.CharField(
        _("standing"),
        max_length=8,
        choices=Standing.choices,
        default=Standing.INTERNAL,
        db_default=Standing.INTERNAL,  # a process of the version before may still run
        help_text=STANDINGS,
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")
        ordering = ("-created_at",)
        permissions: ClassVar = [("promote", "Can put a model version in service")]
        indexes: ClassVar = [models.Index(fields=["name", "-created_at"], name="version_of_name")]

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def version(self) -> str:
        """What distinguishes it from others of its name: the first digits of the SHA-256."""
        return self.sha256[:SHORT]

    @property
    def takes_hints(self) -> bool:
        """Whether its colors can be mended by hints: networks of this architecture spread them."""
        return self.architecture == TAKES_HINTS

    @property
    def is_archived(self) -> bool:
        """Whether no new photo may be colored by it."""
        return self.standing == self.Standing.ARCHIVED

    @property
    def ships(self) -> bool:
        """Whether it came with the program, not from this site's own storage."""
        return not self.file
