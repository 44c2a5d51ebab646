"""The account of actions as staff see it: searched, filtered and exported."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from colorweb.audit import search
from colorweb.audit.models import Action
from colorweb.console.pages import ReadOnly

MAX_TEXT = 90  # letters of a text in a list


@admin.register(Action)
class ActionAdmin(ReadOnly):
    list_display = ("at", "who", "via", "what", "target", "change")
    list_filter = ("via", "what")
    search_fields = ("what",)
    search_help_text = _("Words of who, what, on what, before or after")
    date_hierarchy = "at"
    actions_list = ("export",)

    @display(description=_("change"))
    def change(self, action: Action) -> str:
        """The beginning of what it was and is; its page has all of it."""
        parts = (
            ", ".join(f"{name}: {value}" for name, value in values.items())
            for values in (action.before, action.after)
        )
        return Truncator(" → ".join(filter(None, parts))).chars(MAX_TEXT)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Action], search_term: str
    ) -> tuple[QuerySet[Action], bool]:
        found = search.find(search_term).values("pk")
        return queryset.filter(pk__in=found) if search_term else queryset, False

    @action(description=_("Export as CSV"), url_path="export")
    def export(self, request: HttpRequest) -> HttpResponseBase:
        lines = search.as_csv(search.find(request.GET.get("q", "")))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="actions.csv"'
        return answer
