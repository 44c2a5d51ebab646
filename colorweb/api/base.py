"""The view and the pages that all endpoints are made of."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from colorweb import keyset
from colorweb.accounts.visitors import Visitor
from colorweb.api import strict
from colorweb.api.negotiation import Negotiation
from colorweb.api.rates import Rate
from colorweb.api.schema import Taken
from colorweb.api.serializers import PageParams, show_all


class View(APIView):
    """Knows the visitor, keeps to the rates, and takes nothing but what its document says."""

    content_negotiation_class = Negotiation
    makes_jobs = False
    leads_to_files = False
    """Whether who asks for a picture is answered."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if taken := self._taken:
            strict.check_encoding(request)
            strict.check_query(request, taken.query)
            if not taken.body:
                strict.check_no_body(request)

    def get_parsers(self) -> list[Any]:
        """Those of the media types that the operation documents."""
        parsers: list[Any] = super().get_parsers()
        if not self._taken or not self._taken.body:
            return parsers
        return [one for one in parsers if one.media_type in self._taken.body]

    @property
    def _taken(self) -> Taken | None:
        if self.request is None:  # while the document is made
            return None
        handler = getattr(self, str(self.request.method).lower(), None)
        return getattr(handler, "taken", None)

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

    def page(
        self,
        rows: QuerySet[Any],
        serializer: type[Serializer],
        *,
        order: str = "-created_at",
        least: int = 0,
        convert: Callable[[Sequence[Any]], Sequence[Any]] = list,
        context: Callable[[Sequence[Any]], dict[str, Any]] = lambda _rows: {},
    ) -> Response:
        """The page of rows at the request's cursor, as the serializer shows what `convert` gives;
        `context` is what it needs to know of them.

        It has `page_size` rows, or `least` if that is more. Raises ValidationError for a cursor
        that no page gave.
        """
        params = PageParams(data=self.request.query_params)
        params.is_valid(raise_exception=True)
        size = max(least, params.validated_data["page_size"])
        cursor = self.request.query_params.get("cursor", "")
        try:
            page = keyset.Paginator(rows, order, size).page(cursor)
        except keyset.NoSuchPlace as error:
            message = _("No page is there. Send what `next` or `previous` of a page gave.")
            raise ValidationError({"cursor": message}, code="invalid_cursor") from error
        known = {**self.context, **context(page.rows)}
        data = show_all(serializer, convert(page.rows), known)
        addresses = {"next": self._page_at(page.next), "previous": self._page_at(page.previous)}
        return Response({**addresses, "results": data})

    def _page_at(self, cursor: str) -> str | None:
        here = self.request.build_absolute_uri()
        return replace_query_param(here, "cursor", cursor) if cursor else None

    @property
    def context(self) -> dict[str, Any]:
        """What serializers may know of the request."""
        return {"host": self.request.get_host(), "visitor": self.visitor}

    @property
    def visitor(self) -> Visitor:
        visitor: Visitor = self.request.visitor  # type: ignore[attr-defined]
        return visitor
