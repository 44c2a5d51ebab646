"""Data sets as staff see them."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from colorweb.errors import DomainError
from ml import unattended
from ml.admin import data_set_photos, thumbnails
from ml.admin.base import OfTrainers
from ml.admin.forms import ONE_BUTTON, NewDataSet
from ml.datasets import manage
from ml.datasets.pictures import PROBLEMS
from ml.models import DataSet
from ml.permissions import TRAIN

COLORS = {"ready": "success", "failed": "danger", "checking": "info", "queued": "info"}
TITLES = {
    "broken": _("Broken"),
    "gray": _("Without color"),
    "toned": _("Toned prints"),
    "small": _("Too small"),
    "duplicate": _("Duplicates"),
}


@admin.register(DataSet)
class DataSetAdmin(OfTrainers):
    list_display = (
        *("picture", "name", "kind", "shown_state", "training", "validation", "is_reference"),
        *("checked_at", "created_at"),
    )
    list_display_links = ("name",)
    date_hierarchy = "created_at"
    list_filter = ("kind", "state")
    search_fields = ("name", "note")
    change_form_template = "admin/ml/dataset/change_form.html"

    @display(description=_("picture"))
    def picture(self, data_set: DataSet) -> str:
        return thumbnails.of_set(data_set)

    @display(description=_("state"), label=COLORS, ordering="state")
    def shown_state(self, data_set: DataSet) -> tuple[str, str]:
        return data_set.state, data_set.get_state_display()

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if obj is None:
            return NewDataSet
        return super().get_form(request, obj, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        names = ("name", "note") if obj else NewDataSet.Meta.fields
        return ((None, {"fields": names}),)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            manage.annotate(obj, name=obj.name, note=obj.note)
            return
        data = form.cleaned_data
        made = manage.add(
            data["kind"],
            data["name"],
            path=data["path"],
            file=data["file"],
            note=data["note"],
            user=request.user,  # type: ignore[arg-type]
        )
        obj.pk = made.pk

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        data_set = self.get_object(request, object_id)
        named = (data_set.report.get("named") or {}) if data_set else {}
        counts = data_set.report if data_set else {}
        context = {
            **ONE_BUTTON,
            "data_set": data_set,
            "problems": [(TITLES[p], counts.get(p, 0), named.get(p, [])) for p in PROBLEMS],
            "poll": reverse("api-dataset", args=[data_set.pk]) if data_set else "",
            "may_train": request.user.has_perm(TRAIN),
            "waits_for": unattended.why_check_waits(data_set) if data_set else "",
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().add_view(request, form_url, ONE_BUTTON | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        recheck = path(
            "<uuid:set_id>/check/",
            self.admin_site.admin_view(self.recheck),
            name="ml_dataset_check",
        )
        return [recheck, *data_set_photos.urls(self.admin_site), *super().get_urls()]

    def recheck(self, request: HttpRequest, set_id: uuid.UUID) -> HttpResponse:
        """Queues another check."""
        if request.method == "POST" and request.user.has_perm(TRAIN):
            try:
                manage.recheck(get_object_or_404(DataSet, pk=set_id))
            except DomainError as error:
                messages.error(request, error.message)
        return redirect("admin:ml_dataset_change", set_id)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        manage.delete(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One by one, and none that a run is using: it says on its page who does."""
        if obj is None or not request.user.has_perm(TRAIN):
            return False
        return manage.run_of(obj) is None
