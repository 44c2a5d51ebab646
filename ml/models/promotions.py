"""Versions on their way into service, and how their canary's jobs ended."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from colorweb.errors import message_of
from colorweb.leases.models import Leased
from ml.models.versions import ModelVersion


class Promotion(Leased):
    """A version was to go into service, or one was taken back.

    In service is the version of the last row that was promoted and is `serving`. A row of kind
    `rolled back` records who took one back, and why; it decides nothing.
    """

    class Kind(models.TextChoices):
        PROMOTED = "promoted", _("promoted")
        ROLLED_BACK = "rolled back", _("rolled back")

    class State(models.TextChoices):
        CHECKING = "checking", _("being checked")
        CANARY = "canary", _("tried on a part of the photos")
        SERVING = "serving", _("in service")
        REFUSED = "refused", _("refused")
        ROLLED_BACK = "rolled_back", _("rolled back")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    version = models.ForeignKey(
        ModelVersion, models.PROTECT, related_name="promotions", verbose_name=_("to")
    )
    before = models.ForeignKey(
        ModelVersion, models.PROTECT, related_name="+", verbose_name=_("from")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    reason = models.TextField(_("reason"), blank=True)
    gate = models.JSONField(_("gate"), default=dict, help_text=_("What was compared, and how."))
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    state = models.CharField(
        _("state"),
        max_length=12,
        choices=State.choices,
        default=State.SERVING,
        db_default=State.SERVING,  # a process of the version before may still run
    )
    error = models.JSONField(default=dict, blank=True, help_text="See `ml.errors`.")
    worker = models.CharField(max_length=100, blank=True, help_text="That checks it.")
    check_result = models.JSONField(
        _("check"), default=dict, blank=True, help_text=_("What the sample photos showed.")
    )
    step = models.PositiveSmallIntegerField(default=0, help_text="Of `CANARY_STEPS`.")
    share = models.PositiveSmallIntegerField(_("share"), default=0, help_text="Percent of owners.")
    step_at = models.DateTimeField(null=True, blank=True, help_text="When the step began.")
    figures = models.JSONField(
        _("figures"), default=dict, blank=True, help_text=_("Of the canary's jobs and the others.")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["version", "-id"], name="promotion_of_version")]

    def __str__(self) -> str:
        return f"{self.before} → {self.version}"

    @property
    def is_open(self) -> bool:
        """Whether it is not decided yet."""
        return self.state in UNDECIDED

    @property
    def error_message(self) -> str:
        """Why it was refused or taken back, in the reader's language."""
        return message_of(self.error)


UNDECIDED = (Promotion.State.CHECKING, Promotion.State.CANARY)


class CanaryOutcome(models.Model):
    """How one job ended while a canary ran; kept until the canary ends."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="outcomes")
    step = models.PositiveSmallIntegerField()
    on_canary = models.BooleanField(help_text="Else the version in service colored it.")
    failed = models.BooleanField()
    milliseconds = models.FloatField(null=True, help_text="Of the network; null: not comparable.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["promotion", "id"], name="outcome_of_promotion")]

    def __str__(self) -> str:
        return f"{self.promotion_id} {'failed' if self.failed else self.milliseconds}"
