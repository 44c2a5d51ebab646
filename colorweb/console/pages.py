"""What the console's lists have in common."""

import uuid
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator


class Pages(InfinitePaginator):
    """Counts no rows, and finds a page by keys alone: an index has those, however deep it lies."""

    def page(self, number: Any) -> Page[Any]:
        """The rows of that page."""
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        rows: Any = self.object_list
        keys = list(rows.values_list("pk", flat=True)[first : first + self.per_page])
        return self._get_page(rows.filter(pk__in=keys), number, self)


class Many(ModelAdmin):
    """A list that is quick however many rows there are."""

    paginator: type[Any] = Pages
    show_full_result_count = False
    list_per_page = 50
    list_disable_select_all = True  # nobody knows how many there are


class ReadOnly(Many):
    """Rows that only the site itself makes and changes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def key_in(text: str) -> uuid.UUID | None:
    """The id that somebody searches for, if it is one."""
    try:
        return uuid.UUID(text.strip())
    except ValueError:
        return None
