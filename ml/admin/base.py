"""What the pages of networks share."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin

from colorweb.console.pages import ReadOnly
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


class Kept(ReadOnly):
    """Rows that nobody deletes: records of what was done."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
