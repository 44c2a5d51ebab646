"""The registry as staff see it: versions, their comparisons, and what was put in service."""

from typing import Any

from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from colorweb.console.pages import ReadOnly
from colorweb.errors import DomainError
from ml.admin import version_forms as forms
from ml.models import Evaluation, ModelVersion, Promotion
from ml.versions import evaluations, gate, imports, promotion, registry

MAX_TEXT = 40  # letters of a text in a list
STATES = {"queued": "info", "running": "warning", "ready": "success", "failed": "danger"}


class Kept(ReadOnly):
    """Rows that nobody deletes: records of what was done."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ModelVersion)
class ModelVersionAdmin(Kept):
    list_display = ("label", "in_service", "gate", "trained_on", "size", "created_at")
    search_fields = ("name", "sha256", "note")
    fieldsets = (
        (None, {"fields": ("name", "version", "in_service", "note", "created_by", "created_at")}),
        (_("Comparison with the version in service"), {"fields": ("comparison",)}),
        (_("Weights"), {"fields": ("architecture", "sha256", "file", "size", "card")}),
        (
            _("Training"),
            {
                "fields": (
                    *("trained_on", "run", "data_fingerprint", "recipe"),
                    *("code_revision", "metrics"),
                )
            },
        ),
    )
    readonly_fields = ("version", "in_service", "size", "trained_on", "comparison")
    change_form_template = "admin/ml/live_form.html"
    actions_list = ("import_file", "reference", "roll_back")
    actions_detail = ("promote", "evaluate", "export")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersion]:
        registry.add_shipped()
        return super().get_queryset(request)

    def has_promote_permission(self, request: HttpRequest, _pk: str | None = None) -> bool:
        return request.user.has_perm("ml.promote")

    @action(description=_("Promote…"), url_path="promote", permissions=["promote"])
    def promote(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = get_object_or_404(ModelVersion, pk=object_id)
        return self._ask(
            request,
            gettext("Put %(version)s in service") % {"version": version},
            forms.Reason,
            lambda data: promotion.promote(version, by=request.user, reason=data["reason"]),  # type: ignore[arg-type]
            gettext("%(version)s is in service. Workers take it with their next photo.")
            % {"version": version},
            comparison=comparison(version),
        )

    @action(description=_("Roll back…"), url_path="roll-back", permissions=["promote"])
    def roll_back(self, request: HttpRequest) -> HttpResponse:
        return self._ask(
            request,
            gettext("Go back from %(version)s to the version before it")
            % {"version": registry.current()},
            forms.Reason,
            lambda data: promotion.roll_back(by=request.user, reason=data["reason"]),  # type: ignore[arg-type]
            gettext("The version before is in service again."),
        )

    @action(description=_("Compare…"), url_path="evaluate", permissions=["promote"])
    def evaluate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = get_object_or_404(ModelVersion, pk=object_id)
        return self._ask(
            request,
            gettext("Compare %(version)s with the version in service") % {"version": version},
            forms.Photos,
            lambda data: evaluations.request(version, data["data_set"], by=request.user),  # type: ignore[arg-type]
            gettext("The worker that trains measures both. The result will appear here."),
            to=_page_of_comparison,
        )

    @action(description=_("Import…"), url_path="import", permissions=["promote"])
    def import_file(self, request: HttpRequest) -> HttpResponse:
        return self._ask(
            request,
            gettext("Import a model"),
            forms.Import,
            lambda data: imports.import_file(
                data["file"], name=data["name"], note=data["note"], created_by=request.user
            ),
            gettext("The model is in the registry. Compare it before you promote it."),
        )

    @action(description=_("Reference set…"), url_path="reference", permissions=["promote"])
    def reference(self, request: HttpRequest) -> HttpResponse:
        return self._ask(
            request,
            gettext("Choose the photos that every new version is compared on"),
            forms.Reference,
            lambda data: gate.choose_reference(data["data_set"]),
            gettext("The next comparison is made on them too."),
        )

    @action(description=_("Export"), url_path="export")
    def export(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("model-weights", get_object_or_404(ModelVersion, pk=object_id).pk)

    def _ask(
        self, request: HttpRequest, title: str, form: Any, do: Any, done: str, **more: Any
    ) -> HttpResponse:
        """A page with a form; what it is for happens when it is sent. `to`: made -> next page."""
        to = more.pop("to", lambda _made: reverse("admin:ml_modelversion_changelist"))
        bound = form(request.POST or None, request.FILES or None)
        if request.method == "POST" and bound.is_valid():
            try:
                made = do(bound.cleaned_data)
            except DomainError as error:
                bound.add_error(None, error.message)
            else:
                messages.success(request, done)
                return redirect(to(made))
        context = {**self.admin_site.each_context(request), "title": title, "form": bound, **more}
        return render(request, "admin/ml/ask.html", {**context, "opts": self.opts})

    @display(description=_("version"), ordering="name")
    def label(self, version: ModelVersion) -> str:
        return str(version)

    @display(description=_("in service"), boolean=True)
    def in_service(self, version: ModelVersion) -> bool:
        return version.pk == registry.current().pk

    @display(
        description=_("compared"),
        label={"passed": "success", "worse": "danger", "not yet": "info", "–": "info"},
    )
    def gate(self, version: ModelVersion) -> tuple[str, str]:
        serving = registry.current()
        if version == serving:
            return "–", "–"
        passed = gate.figures(gate.last(version, serving))["passed"]
        if passed is None:
            return "not yet", gettext("not yet")
        return ("passed", gettext("not worse")) if passed else ("worse", gettext("worse"))

    @display(description=_("trained on"))
    def trained_on(self, version: ModelVersion) -> str:
        return Truncator(str(version.card.get("trained_on") or "–")).chars(MAX_TEXT)

    @display(description=_("size"), ordering="bytes")
    def size(self, version: ModelVersion) -> str:
        return filesizeformat(version.bytes)

    @display(description=_("figures"))
    def comparison(self, version: ModelVersion) -> SafeString:
        return comparison(version)


def comparison(version: ModelVersion) -> SafeString:
    """The last comparison that counts for the gate, and one that is still to come."""
    serving = registry.current()
    return _shown(gate.last(version, serving), evaluations.unfinished(version, serving))


def _shown(measured: Evaluation | None, other: Evaluation | None = None) -> SafeString:
    """Figures and pictures of what was measured; how far `other` is, or why it failed."""
    waiting = other if other and other.state != Evaluation.State.FAILED else None
    behind = evaluations.waits_for(waiting) if waiting else None
    return render_to_string(
        "admin/ml/comparison.html",
        {
            "waiting": waiting,
            "behind": behind,
            "behind_done": f"{behind.progress:.0%}" if behind else "",
            "failed": None if waiting else other,
            "evaluation": measured,
            "gate": gate.figures(measured),
            "lines": gate.lines(measured) if measured else [],
            "sheets": _sheets(measured) if measured else [],
        },
    )


def _sheets(measured: Evaluation) -> list[tuple[dict[str, Any], int]]:
    """Each part with its picture's width, which is sharp on screens of two pixels to one."""
    return [
        (part, evaluations.columns(part["ours"]["photos"]) * evaluations.TILE // 2)
        for part in measured.parts
        if part.get("sheet")
    ]


def _page_of_comparison(evaluation: Evaluation) -> str:
    """Where one sees it come: on the version's page what decides, else on its own."""
    if evaluation.is_gate:
        return reverse("admin:ml_modelversion_change", args=[evaluation.version_id])
    return reverse("admin:ml_evaluation_change", args=[evaluation.pk])


@admin.register(Evaluation)
class EvaluationAdmin(Kept):
    """Versions compared with the one in service."""

    list_display = ("label", "shown_state", "on", "is_gate", "created_by", "created_at")
    list_select_related = ("version", "against", "created_by")
    fields = ("label", "stands", "on", "is_gate", "created_by", "created_at", "result")
    readonly_fields = ("label", "stands", "on", "result")
    change_form_template = "admin/ml/live_form.html"

    def get_urls(self) -> list[URLPattern]:
        sheet = self.admin_site.admin_view(self.sheet)
        name = "ml_evaluation_sheet"
        return [path("<uuid:pk>/sheet/<int:place>/", sheet, name=name), *super().get_urls()]

    def sheet(self, request: HttpRequest, pk: Any, place: int) -> FileResponse:
        """The pictures of one set."""
        evaluation = get_object_or_404(Evaluation, pk=pk)
        if not self.has_view_permission(request) or place >= len(evaluation.parts):
            raise Http404
        name = evaluation.parts[place].get("sheet", "")
        if not name or not default_storage.exists(name):
            raise Http404
        return FileResponse(default_storage.open(name), content_type="image/jpeg")

    @display(description=_("version"))
    def label(self, evaluation: Evaluation) -> str:
        return format_html("{} : {}", evaluation.version, evaluation.against)

    @display(description=_("state"), label=STATES)
    def shown_state(self, evaluation: Evaluation) -> tuple[str, str]:
        return evaluation.state, self.stands(evaluation)

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


@admin.register(Promotion)
class PromotionAdmin(Kept):
    """Who put which version in service, when and why; kept for good."""

    list_display = ("created_at", "kind", "before", "version", "by", "reason")
    list_select_related = ("before", "version", "by")
