"""The console's side bar: what there is, in the order staff need it."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

CONSOLE = {"title": _("Console"), "icon": "monitoring", "link": reverse_lazy("admin:index")}
GROUPS = (
    (
        _("Photos"),
        {
            "jobs.job": "palette",
            "jobs.photo": "image",
            "jobs.publicphoto": "photo_library",
            "jobs.report": "flag",
        },
    ),
    (
        _("Networks"),
        {
            "ml.dataset": "collections_bookmark",
            "ml.trainingrun": "model_training",
            "ml.modelversion": "deployed_code",
            "ml.evaluation": "compare",
            "ml.promotion": "history",
        },
    ),
    (
        _("People"),
        {"accounts.user": "person", "auth.group": "group", "accounts.apitoken": "key"},
    ),
    (
        _("Sign-in"),
        {
            "account.emailaddress": "mail",
            "mfa.authenticator": "phonelink_lock",
            "usersessions.usersession": "devices",
        },
    ),
)
"""Groups of models by label, each with its Material symbol."""


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """What this member of staff may look at."""
    found: list[dict[str, Any]] = [{"items": [dict(CONSOLE)]}]
    for title, models in GROUPS:
        items = [_item(label, icon) for label, icon in models.items() if _may_view(request, label)]
        if items:
            found.append({"title": title, "separator": True, "items": items})
    return found


def _item(label: str, icon: str) -> dict[str, Any]:
    meta = apps.get_model(label)._meta  # noqa: SLF001 (public, in spite of its name)
    link = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return {"title": capfirst(meta.verbose_name_plural), "icon": icon, "link": link}


def _may_view(request: HttpRequest, label: str) -> bool:
    model = apps.get_model(label)
    site = admin.site
    return site.is_registered(model) and site.get_model_admin(model).has_view_permission(request)
