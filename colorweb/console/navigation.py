"""The console's side bar: what there is, in the order staff need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Group:
    """Models under one title: by label, each with its Material symbol; the lowest place first."""

    place: int
    title: Any
    models: Mapping[str, str]


CONSOLE = {"title": _("Console"), "icon": "monitoring", "link": reverse_lazy("admin:index")}
_groups: list[Group] = []


def register(*groups: Group) -> None:
    """Adds groups to the side bar; for `AppConfig.ready`."""
    _groups.extend(groups)
    _groups.sort(key=lambda group: group.place)


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """What this member of staff may look at."""
    found: list[dict[str, Any]] = [{"items": [dict(CONSOLE)]}]
    for group in _groups:
        shown = ((label, icon) for label, icon in group.models.items() if _may_view(request, label))
        if items := [_item(label, icon) for label, icon in shown]:
            found.append({"title": group.title, "separator": True, "items": items})
    return found


def _item(label: str, icon: str) -> dict[str, Any]:
    meta = apps.get_model(label)._meta  # noqa: SLF001 (public, in spite of its name)
    link = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return {"title": capfirst(meta.verbose_name_plural), "icon": icon, "link": link}


def _may_view(request: HttpRequest, label: str) -> bool:
    model = apps.get_model(label)
    site = admin.site
    return site.is_registered(model) and site.get_model_admin(model).has_view_permission(request)
