"""The registry as staff see it, and what they do with its versions."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from colorweb.errors import DomainError
from ml.admin import comparisons, promotions, thumbnails
from ml.admin import version_forms as forms
from ml.admin.base import Kept
from ml.models import ModelVersion
from ml.versions import evaluations, gate, imports, offers, promotion, registry

MAX_TEXT = 40  # letters of a text in a list


@admin.register(ModelVersion)
class ModelVersionAdmin(Kept):
    list_display = (
        *("picture", "label", "in_service", "standing", "gate", "error_of_gray", "size"),
        "created_at",
    )
    list_display_links = ("label",)
    date_hierarchy = "created_at"
    list_filter = ("standing",)
    search_fields = ("name", "sha256", "note")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "version",
                    "in_service",
                    "standing",
                    "note",
                    "created_by",
                    "created_at",
                )
            },
        ),
        (_("Comparison with the version in service"), {"fields": ("comparison",)}),
        (_("Weights"), {"fields": ("architecture", "sha256", "file", "size")}),
        (
            _("Training"),
            {
                "fields": (
                    *("pictures", "trained_on", "lineage", "run", "data_fingerprint", "recipe"),
                    "code_revision",
                )
            },
        ),
        (_("Model card"), {"fields": ("card",), "classes": ("collapse",)}),
    )
    readonly_fields = (
        *("version", "in_service", "size", "trained_on", "lineage", "comparison", "pictures"),
    )
    change_form_template = "admin/ml/live_form.html"
    actions_list = ("import_file", "reference", "roll_back")
    actions_detail = ("promote", "evaluate", "change_standing", "export")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ModelVersion], search_term: str
    ) -> tuple[QuerySet[ModelVersion], bool]:
        """By words, or by `name@version`."""
        name, at, digits = search_term.strip().partition("@")
        if at:
            return queryset.filter(name=name, sha256__startswith=digits), False
        return super().get_search_results(request, queryset, search_term)

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
            forms.PromotionReason,
            lambda data: promotion.promote(version, by=request.user, reason=data["reason"]),  # type: ignore[arg-type]
            gettext("A worker checks it on the sample photos. This page follows."),
            to=promotions.page_of,
            intro=[
                gettext(
                    "In service now: %(serving)s. It stays until %(version)s has colored the "
                    "sample photos, and then the photos of %(shares)s %% of owners, without "
                    "failing more often or taking longer. Otherwise %(version)s is taken back by "
                    "itself."
                )
                % {
                    "serving": registry.current(),
                    "version": version,
                    "shares": ", ".join(map(str, settings.CANARY_STEPS)),
                }
            ],
            comparison=comparisons.comparison(version),
        )

    @action(description=_("Roll back…"), url_path="roll-back", permissions=["promote"])
    def roll_back(self, request: HttpRequest) -> HttpResponse:
        last = promotion.to_revert()
        if last is None:
            messages.error(request, DomainError("nothing_before").message)
            return redirect("admin:ml_modelversion_changelist")
        returns_to = {"taken": last.version, "version": promotion.would_return_to(last)}
        return self._ask(
            request,
            gettext("Take %(taken)s back, return to %(version)s") % returns_to,
            forms.Reason,
            lambda data: promotion.roll_back(by=request.user, reason=data["reason"]),  # type: ignore[arg-type]
            gettext("%(version)s is in service.") % returns_to,
            intro=[gettext("Names mean again what they meant before %(taken)s came.") % returns_to],
        )

    @action(description=_("Offer, archive…"), url_path="standing", permissions=["promote"])
    def change_standing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = get_object_or_404(ModelVersion, pk=object_id)
        return self._ask(
            request,
            gettext("Who may use %(version)s") % {"version": version},
            forms.Standing,
            lambda data: offers.set_standing(version, data["standing"]),
            gettext("It is changed."),
            initial={"standing": version.standing},
            to=lambda _made: reverse("admin:ml_modelversion_change", args=[version.pk]),
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
            to=comparisons.page_of,
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
        bound = form(request.POST or None, request.FILES or None, initial=more.pop("initial", None))
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

    @display(description=_("picture"))
    def picture(self, version: ModelVersion) -> str:
        return thumbnails.of_version(version)

    @display(description=_("samples"))
    def pictures(self, version: ModelVersion) -> str:
        if not version.samples:
            return "–"
        address = reverse("model-samples", args=[version.pk])
        return format_html('<img class="sheet" src="{}" alt="" loading="lazy">', address)

    @display(description=_("error, of gray's"))
    def error_of_gray(self, version: ModelVersion) -> str:
        metrics = version.card.get("metrics") or {}
        try:
            error = metrics.get("of_gray") or metrics["mean"]["mse"] / metrics["gray"]["mse"]
            text = f"{error:.3f}"
        except (KeyError, TypeError, ValueError, ZeroDivisionError):  # a card from elsewhere
            return "–"
        return text

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

    @display(description=_("goes on from"))
    def lineage(self, version: ModelVersion) -> SafeString | str:
        """Every model before it, with its photos and its license."""
        found = [
            [str(each.get(name) or "–") for name in ("name", "version", "trained_on", "license")]
            for each in version.card.get("lineage") or []
        ]
        return format_html_join("", "<p>{}@{}: {} {}</p>", found) or "–"

    @display(description=_("size"), ordering="bytes")
    def size(self, version: ModelVersion) -> str:
        return filesizeformat(version.bytes)

    @display(description=_("figures"))
    def comparison(self, version: ModelVersion) -> SafeString:
        return comparisons.comparison(version)
