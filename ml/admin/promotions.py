"""Versions on their way into service and back: what was done, and how a canary fares."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from colorweb.errors import DomainError
from ml.admin.base import Kept
from ml.models import Promotion
from ml.permissions import PROMOTE
from ml.versions import canary

COLORS = {
    "checking": "info",
    "canary": "warning",
    "serving": "success",
    "refused": "danger",
    "rolled_back": "danger",
}


@admin.register(Promotion)
class PromotionAdmin(Kept):
    """Who put which version in service, when and why; kept for good."""

    list_display = ("created_at", "kind", "shown_state", "before", "version", "by", "reason")
    list_select_related = ("before", "version", "by")
    list_filter = ("state",)
    date_hierarchy = "created_at"
    fields = ("kind", "before", "version", "by", "reason", "created_at", "ended_at")
    change_form_template = "admin/ml/promotion/change_form.html"

    @display(description=gettext_lazy("state"), label=COLORS, ordering="state")
    def shown_state(self, promotion: Promotion) -> tuple[str, str]:
        return promotion.state, promotion.get_state_display()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        promotion = self.get_object(request, object_id)
        context = panel(promotion) if promotion else {}
        context["may_promote"] = request.user.has_perm(PROMOTE)
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        advance = self.admin_site.admin_view(self.advance)
        return [
            path("<int:pk>/advance/", advance, name="ml_promotion_advance"),
            *super().get_urls(),
        ]

    def advance(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button that lets a canary take its next step."""
        found = get_object_or_404(Promotion, pk=pk)
        if request.method == "POST" and request.user.has_perm(PROMOTE):
            try:
                canary.advance(found)
                messages.success(request, _("The next step has begun."))
            except DomainError as error:
                messages.error(request, error.message)
        return redirect(page_of(found))


def panel(promotion: Promotion) -> dict[str, Any]:
    """What a page shows of a promotion."""
    figures = canary.shown_figures(promotion)
    names = {"canary": promotion.version, "others": promotion.before}
    sides = [(name, figures[side]) for side, name in names.items()] if figures else []
    return {"promotion": promotion, "figures": figures, "sides": sides}


def page_of(promotion: Promotion) -> str:
    """The address of its page."""
    return reverse("admin:ml_promotion_change", args=[promotion.pk])
