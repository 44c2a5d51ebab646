"""Training runs as staff see them: start one, watch it, stop and resume it."""

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from colorweb.errors import DomainError
from ml import unattended
from ml.admin import run_comparison, thumbnails
from ml.admin.base import OfTrainers
from ml.admin.forms import FIGURES, ONE_BUTTON, NewRun
from ml.models import OVER, DataSet, TrainingRun
from ml.permissions import TRAIN
from ml.training import comparison, control, estimate
from ml.training.serializers import WholeRunSerializer

COLORS = {
    "succeeded": "success",
    "failed": "danger",
    "stopped": "warning",
    "running": "info",
    "queued": "info",
}
ACTIONS: dict[str, Callable[[TrainingRun], None]] = {"stop": control.stop, "resume": control.resume}


@admin.register(TrainingRun)
class TrainingRunAdmin(OfTrainers):
    list_display = (
        *("picture", "name", "preset", "shown_state", "error_of_gray", "version", "size"),
        "created_at",
    )
    list_filter = ("state", "preset")
    list_display_links = ("name",)
    search_fields = ("name", "note", "^id")
    list_select_related = ("version", "created_by")
    date_hierarchy = "created_at"
    actions = ("compare",)
    change_form_template = "admin/ml/trainingrun/change_form.html"
    add_form_template = "admin/ml/trainingrun/add_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainingRun]:
        return thumbnails.with_results(super().get_queryset(request))

    @display(description=gettext_lazy("picture"))
    def picture(self, run: TrainingRun) -> str:
        return thumbnails.of_run(run)

    @display(description=gettext_lazy("error, of gray's"))
    def error_of_gray(self, run: TrainingRun) -> str:
        error = run.of_gray  # type: ignore[attr-defined]
        return "–" if error is None else f"{error:.3f}"

    @display(description=gettext_lazy("state"), label=COLORS, ordering="state")
    def shown_state(self, run: TrainingRun) -> tuple[str, str]:
        text = run.get_state_display()
        return run.state, text if run.is_over else f"{text} {run.progress:.0%}"

    @display(description=gettext_lazy("size"), ordering="bytes")
    def size(self, run: TrainingRun) -> str:
        return filesizeformat(run.bytes) if run.bytes else "–"

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if obj is None:
            return NewRun
        return super().get_form(request, obj, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj:
            return ((None, {"fields": ("name", "note")}),)
        figures = tuple(name for name in FIGURES if name not in ("devices", "seed"))
        return (
            (None, {"fields": ("id", "name", "preset", "data_sets", "base", "note")}),
            (_("Figures"), {"fields": figures}),
            (_("Machine"), {"fields": ("precision", "devices", "seed")}),
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The choices of the run that is being repeated, if one is."""
        try:
            run = TrainingRun.objects.get(pk=uuid.UUID(request.GET.get("like", "")))
        except (ValueError, TrainingRun.DoesNotExist):
            return {}
        return {
            **{name: value for name, value in run.options.items() if value is not None},
            "name": _("%(name)s, again") % {"name": run.name},
            "preset": run.preset,
            "base": run.base or "none",
            "data_sets": [use.data_set_id for use in run.data.all() if use.data_set_id],
        }

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            control.annotate(obj, name=obj.name, note=obj.note)
            return
        run = control.start(
            form.cleaned_data["preset"],
            list(form.cleaned_data["data_sets"]),
            form.options,
            base=form.chosen_base,
            name=form.cleaned_data["name"],
            note=form.cleaned_data["note"],
            user=request.user,  # type: ignore[arg-type]
            run_id=form.cleaned_data["id"],
        )
        obj.pk = run.pk

    def save_related(self, *_args: Any) -> None:
        """Nothing: `control.start` has kept the data sets with their fingerprints."""

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if run:
            context = {
                **ONE_BUTTON,
                "run": run,
                "content": WholeRunSerializer(run).data,
                "messages_of_script": _messages(),
                "events": f"/ws/training-runs/{run.pk}/",
                "poll": reverse("api-training-run", args=[run.pk]),
                "may_train": request.user.has_perm(TRAIN),
                "waits_for": unattended.why_run_waits(run),
                "keep_days": settings.TRAINING_KEEP.days,
            }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        ready = DataSet.objects.filter(state=DataSet.State.READY)
        context = ONE_BUTTON | {"facts": estimate.facts(ready)} | (extra_context or {})
        return super().add_view(request, form_url, context)

    def get_urls(self) -> list[Any]:
        control_url = path(
            "<uuid:run_id>/<str:what>/",
            self.admin_site.admin_view(self.control),
            name="ml_trainingrun_control",
        )
        compared = path(
            "compare/", self.admin_site.admin_view(run_comparison.compare), name="ml_runs_compared"
        )
        own = super().get_urls()
        return [compared, *own[:-1], control_url, own[-1]]

    @admin.action(description=gettext_lazy("Compare"), permissions=["view"])
    def compare(self, request: HttpRequest, chosen: QuerySet[TrainingRun]) -> HttpResponse | None:
        """Two to six runs beside each other."""
        if not comparison.MIN_RUNS <= chosen.count() <= comparison.MAX_RUNS:
            messages.error(request, _("Choose two to six runs."))
            return None
        query = urlencode([("run", str(run.pk)) for run in chosen])
        return redirect(f"{reverse('admin:ml_runs_compared')}?{query}")

    def control(self, request: HttpRequest, run_id: uuid.UUID, what: str) -> HttpResponse:
        """Stops or resumes a run."""
        if request.method == "POST" and request.user.has_perm(TRAIN) and what in ACTIONS:
            try:
                ACTIONS[what](get_object_or_404(TrainingRun, pk=run_id))
            except DomainError as error:
                messages.error(request, error.message)
        return redirect("admin:ml_trainingrun_change", run_id)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        if request.method == "GET" and run and (versions := list(run.versions.all())):
            text = _("Without this run, %(versions)s cannot be compared on the photos it held out.")
            names = ", ".join(map(str, versions))
            messages.warning(request, text % {"versions": names})
        return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        control.delete(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and obj.state in OVER and request.user.has_perm(TRAIN)


def _messages() -> dict[str, str]:
    """The sentences of the page's script."""
    return {
        "epoch": _("epoch"),
        "loss": _("in training"),
        "checkLoss": _("in validation"),
        "mean": _("calm"),
        "shown": _("natural"),
        "baseline": _("in service"),
        "truth": _("true"),
        "falseColor": _("false color"),
        "baselineFalseColor": _("in service, false color"),
        "leftGray": _("left gray"),
        "baselineLeftGray": _("in service, left gray"),
        "rate": _("learning rate"),
        "kept": _("kept"),
        "gatePasses": _("would pass, closest in {by}"),
        "gateFails": _("would fail by {by}"),
        "gateFew": _("too few photos to say: {photos}"),
        "mean.mse": _("error"),
        "shown.psnr": _("PSNR, dB"),
        "shown.colorfulness_diff": _("colorfulness"),
        "stopping": _("stopping"),
        "minutes": _("min"),
        "hours": _("h"),
        "seconds": _("s"),
        "perSecond": _("photos/s"),
        "of": _("of"),
        **{f"state-{state}": str(label) for state, label in TrainingRun.State.choices},
        **{f"stage-{stage}": str(label) for stage, label in TrainingRun.Stage.choices},
    }
