"""A comparison of a version with the one in service, on the same photos."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from colorweb.errors import message_of
from ml.models.task import Task
from ml.models.versions import ModelVersion


class Evaluation(Task):
    """Both versions measured on parts of data sets; how: `ml.versions.evaluations`."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being measured")
        READY = "ready", _("measured")
        FAILED = "failed", _("failed")
        CANCELED = "canceled", _("canceled")

    version = models.ForeignKey(
        ModelVersion, models.CASCADE, related_name="evaluations", verbose_name=_("version")
    )
    against = models.ForeignKey(
        ModelVersion, models.CASCADE, related_name="+", verbose_name=_("against")
    )
    is_gate = models.BooleanField(
        _("for the gate"), default=False, help_text=_("On the photos that decide on promotion.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    progress = models.FloatField(default=0.0, help_text="0 to 1.")
    error = models.JSONField(default=dict, blank=True, help_text="See `ml.errors`.")
    parts = models.JSONField(
        default=list,
        help_text="Of each set: data_set, fingerprint, name, whole; then ours, theirs, sheet.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.version} : {self.against}"

    @property
    def error_message(self) -> str:
        """Why it failed, in the reader's language."""
        return message_of(self.error)

    @property
    def folder(self) -> str:
        """Storage folder of its pictures."""
        return f"evaluations/{self.id}"


class BlindChoice(models.Model):
    """Which of two unlabeled results of a photo somebody found better."""

    class Better(models.TextChoices):
        OURS = "ours", _("this version")
        THEIRS = "theirs", _("the other")
        SAME = "same", _("neither")

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="choices")
    part = models.PositiveSmallIntegerField(help_text="Place of the set.")
    number = models.PositiveIntegerField(help_text="Of the photo, as measured.")
    better = models.CharField(max_length=6, choices=Better.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["evaluation", "part", "number", "by"], name="one_choice_a_photo"
            )
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.part}/{self.number}: {self.better}"
