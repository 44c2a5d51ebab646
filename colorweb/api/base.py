"""The view and the pages that all endpoints are made of."""

from typing import Any

from django.core.exceptions import ValidationError as InvalidValue
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from colorweb.accounts.visitors import Visitor
from colorweb.api.rates import Rate


class Pages(CursorPagination):
    """By cursor, the newest first: pages stay quick however many there are."""

    ordering = "-created_at"
    page_size = 50

    def paginate_queryset(self, *args: Any, **kwargs: Any) -> list[Any] | None:
        try:
            return super().paginate_queryset(*args, **kwargs)
        except InvalidValue as error:  # a cursor made by hand: its position is no moment
            raise NotFound(self.invalid_cursor_message) from error


class View(APIView):
    """Knows the visitor, and keeps to the rates."""

    makes_jobs = False
    pages = Pages
    """How its list is ordered and cut."""

    def get_throttles(self) -> list[Any]:
        self.rate = Rate(
            "upload" if self.makes_jobs and self.request.method == "POST" else "request"
        )
        return [self.rate]

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        if hasattr(self, "rate"):
            for name, value in self.rate.headers().items():
                response[name] = value
        return response

    def page(self, rows: QuerySet[Any], serializer: type[BaseSerializer]) -> Response:
        """A page of rows as the serializer shows each."""
        pages = self.pages()
        page = pages.paginate_queryset(rows, self.request, view=self)
        data = serializer(page, many=True, context=self.context).data
        return pages.get_paginated_response(data)

    @property
    def context(self) -> dict[str, Any]:
        """What serializers may know of the request."""
        return {"host": self.request.get_host(), "visitor": self.visitor}

    @property
    def visitor(self) -> Visitor:
        visitor: Visitor = self.request.visitor  # type: ignore[attr-defined]
        return visitor
