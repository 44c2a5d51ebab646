"""Versions compared with the one in service, as staff see it."""

from dataclasses import asdict
from typing import Any

from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from colorweb.errors import DomainError
from ml.admin import blind, compared_photos
from ml.admin.base import Kept
from ml.models import Evaluation, ModelVersion
from ml.permissions import PROMOTE
from ml.versions import evaluations, gate, measuring, registry
from ml.versions.blind import win_rate

STATES = {
    "queued": "info",
    "running": "warning",
    "ready": "success",
    "failed": "danger",
    "canceled": "info",
}

VERDICTS = {"passed": "success", "worse": "danger", "–": "info"}


def comparison(version: ModelVersion) -> SafeString:
    """The last comparison that counts for the gate, and one that is still to come."""
    serving = registry.current()
    return _shown(gate.last(version, serving), evaluations.unfinished(version, serving))


def _shown(measured: Evaluation | None, other: Evaluation | None = None) -> SafeString:
    """Figures and pictures of what was measured; how far `other` is, or why it failed."""
    waiting = other if other and other.state in evaluations.UNDER_WAY else None
    failed = other if other and other.state == Evaluation.State.FAILED else None
    return render_to_string(
        "admin/ml/comparison.html",
        {
            "waiting": waiting,
            "failed": failed,
            "evaluation": measured,
            "wins": win_rate(measured.version, measured.against) if measured else None,
            "gate": gate.figures(measured),
            "lines": [_figures(line) for line in gate.lines(measured)] if measured else [],
            "sheets": _sheets(measured) if measured else [],
        },
    )


FIGURES = {
    "mean.mse": (_("error"), 5),
    "shown.psnr": (_("PSNR, dB"), 2),
    "shown.colorfulness_diff": (_("colorfulness, off by"), 2),
}
"""What a figure of the gate is called, and its digits."""


def _figures(line: gate.Line) -> dict[str, Any]:
    """A line of the gate as text."""
    name, digits = FIGURES[line.metric]
    texts = {
        field: number_format(round(value, digits), digits) if isinstance(value, float) else value
        for field, value in asdict(line).items()
    }
    return {**texts, "figure": name}


def _sheets(measured: Evaluation) -> list[tuple[dict[str, Any], int]]:
    """Each part with its picture's width, which is sharp on screens of two pixels to one."""
    return [
        (part, measuring.columns(part["ours"]["photos"]) * measuring.TILE // 2)
        for part in measured.parts
        if part.get("sheet")
    ]


def page_of(evaluation: Evaluation) -> str:
    """Where one sees it come: on the version's page what decides, else on its own."""
    if evaluation.is_gate:
        return reverse("admin:ml_modelversion_change", args=[evaluation.version_id])
    return reverse("admin:ml_evaluation_change", args=[evaluation.pk])


@admin.register(Evaluation)
class EvaluationAdmin(Kept):
    """Versions compared with the one in service."""

    list_display = ("label", "shown_state", "verdict", "on", "is_gate", "created_by", "created_at")
    date_hierarchy = "created_at"
    list_select_related = ("version", "against", "created_by")
    fields = ("label", "stands", "on", "is_gate", "created_by", "created_at", "result")
    readonly_fields = ("label", "stands", "on", "result")
    change_form_template = "admin/ml/live_form.html"

    def get_urls(self) -> list[URLPattern]:
        sheet = self.admin_site.admin_view(self.sheet)
        name = "ml_evaluation_sheet"
        of_sheet = path("<uuid:pk>/sheet/<int:place>/", sheet, name=name)
        cancel = self.admin_site.admin_view(self.cancel)
        of_cancel = path("<uuid:pk>/cancel/", cancel, name="ml_evaluation_cancel")
        return [of_sheet, of_cancel, *self._pages(), *super().get_urls()]

    def _pages(self) -> list[URLPattern]:
        return [*compared_photos.urls(self.admin_site), *blind.urls(self.admin_site)]

    def sheet(self, request: HttpRequest, pk: Any, place: int) -> FileResponse:
        """The pictures of one set."""
        evaluation = get_object_or_404(Evaluation, pk=pk)
        if not self.has_view_permission(request) or place >= len(evaluation.parts):
            raise Http404
        name = evaluation.parts[place].get("sheet", "")
        if not name or not default_storage.exists(name):
            raise Http404
        return FileResponse(default_storage.open(name), content_type="image/jpeg")

    def cancel(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """End one that waits or is made."""
        found = get_object_or_404(Evaluation, pk=pk)
        if request.method == "POST" and request.user.has_perm(PROMOTE):
            try:
                evaluations.cancel(found)
            except DomainError as error:
                messages.error(request, error.message)
        return redirect(page_of(found))

    @display(description=_("version"))
    def label(self, evaluation: Evaluation) -> str:
        return format_html("{} : {}", evaluation.version, evaluation.against)

    @display(description=_("state"), label=STATES)
    def shown_state(self, evaluation: Evaluation) -> tuple[str, str]:
        return evaluation.state, self.stands(evaluation)

    @display(description=_("compared"), label=VERDICTS)
    def verdict(self, evaluation: Evaluation) -> tuple[str, str]:
        passed = gate.figures(evaluation)["passed"]
        if evaluation.state != Evaluation.State.READY or passed is None:
            return "–", "–"
        return ("passed", gettext("not worse")) if passed else ("worse", gettext("worse"))

    @display(description=_("state"))
    def stands(self, evaluation: Evaluation) -> str:
        text = evaluation.get_state_display()
        if evaluation.state == Evaluation.State.RUNNING:
            text = f"{text} {evaluation.progress:.0%}"
        return text

    @display(description=_("on"))
    def on(self, evaluation: Evaluation) -> str:
        return ", ".join(part["name"] for part in evaluation.parts)

    @display(description=_("figures"))
    def result(self, evaluation: Evaluation) -> SafeString:
        ready = evaluation.state == Evaluation.State.READY
        return _shown(evaluation) if ready else _shown(None, evaluation)
