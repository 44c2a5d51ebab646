"""What the pages of data sets and of runs share."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin

from ml.permissions import TRAIN


class OfTrainers(ModelAdmin):
    """Added and changed by those who may train."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(TRAIN)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(TRAIN)

    def response_add(self, request: HttpRequest, obj: Any, *_args: Any) -> HttpResponse:
        """Straight to its page, where one sees the work go on."""
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", obj.pk)
