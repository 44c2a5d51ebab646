"""What all of the API's views share: who asks, and pages of what there is."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError as InvalidValue
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from colorweb.accounts.visitors import Visitor
from colorweb.http.problems import CONTENT_TYPE, problem
from jobs import access, limits
from jobs.api.rates import Rate
from jobs.describe import absolute_from, describe
from jobs.models import Job


class Pages(CursorPagination):
    """By cursor: pages stay quick however many there are."""

    def paginate_queryset(self, *args: Any, **kwargs: Any) -> list[Any] | None:
        try:
            return super().paginate_queryset(*args, **kwargs)
        except InvalidValue as error:  # a cursor made by hand: its position is no moment
            raise NotFound(self.invalid_cursor_message) from error


class Newest(Pages):
    ordering = "-created_at"
    page_size = 50

    def get_page_size(self, request: Request) -> int:
        """Jobs asked for by their ids come on one page."""
        return max(self.page_size, len(request.query_params.getlist("id")))


class Published(Pages):
    ordering = "-published_at"
    page_size = 50


class View(APIView):
    """Knows the visitor, speaks of jobs, and keeps to the rates."""

    makes_jobs = False

    def get_throttles(self) -> list[Any]:
        self.rate = Rate(
            "upload" if self.makes_jobs and self.request.method == "POST" else "request"
        )
        return [self.rate]

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, limits.Exceeded):
            return Response(
                problem(exc.status, exc.code, exc.message),
                status=exc.status,
                headers={"Retry-After": str(exc.retry_after)},
                content_type=CONTENT_TYPE,
            )
        return super().handle_exception(exc)

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        if hasattr(self, "rate"):
            for name, value in self.rate.headers().items():
                response[name] = value
        return response

    def job(self, job_id: uuid.UUID) -> Job:
        """The visitor's own job; somebody else's is not found."""
        return access.own_job(self.visitor, job_id)

    @property
    def visitor(self) -> Visitor:
        visitor: Visitor = self.request.visitor  # type: ignore[attr-defined]
        return visitor

    def told(self, job: Job) -> dict[str, Any]:
        return describe(job, absolute_from(self.request.get_host()))
