"""One table: what was done. Rows are added and never changed or deleted."""

from typing import Any, ClassVar, NoReturn

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class AppendOnly(TypeError):
    """Somebody tried to change or delete what was done."""


class Actions(models.QuerySet):
    def update(self, **_values: Any) -> NoReturn:
        raise AppendOnly("actions are never changed")

    def delete(self) -> NoReturn:
        raise AppendOnly("actions are never deleted")


class Action(models.Model):
    """Something that somebody did, or that the site did by itself."""

    class Via(models.TextChoices):
        CONSOLE = "console", _("console")
        API = "api", _("API")
        COMMAND = "command", _("command")
        PAGE = "page", _("page")
        SITE = "site", _("by itself")

    at = models.DateTimeField(_("when"), auto_now_add=True)
    via = models.CharField(_("by way of"), max_length=8, choices=Via.choices)
    # No foreign keys: what was done outlives those who did it and what they did it to.
    user_id = models.BigIntegerField(null=True, blank=True)
    who = models.CharField(
        _("who"), max_length=254, blank=True, help_text=_("The account's address at that time.")
    )
    what = models.CharField(_("what"), max_length=60)
    target_id = models.CharField(_("id"), max_length=64, blank=True)
    target = models.CharField(_("on"), max_length=200, blank=True)
    before = models.JSONField(_("before"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, blank=True, encoder=DjangoJSONEncoder)

    objects = Actions.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering: ClassVar = ["-id"]
        default_permissions: ClassVar = ["view"]
        indexes: ClassVar = [models.Index(fields=["what", "-id"], name="action_what")]

    def __str__(self) -> str:
        return f"{self.what} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("actions are never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise AppendOnly("actions are never deleted")
