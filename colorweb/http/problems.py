"""One shape for every error: `application/problem+json` under /api/, a page everywhere else."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import DisallowedHost
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from colorweb import database
from colorweb.errors import DomainError
from colorweb.health import counted
from colorweb.http import storage_unavailable

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
_BROKE = gettext_lazy("Something broke on our side")
_LOGGED = gettext_lazy("The error was logged. Please try again in a minute.")
DATABASE_RETRY_AFTER = 5
"""Seconds after which a request is worth sending again that found no database."""


FILES = ("/files/", "/archives/")


def is_api(path: str) -> bool:
    """Whether the address is one for programs."""
    return path.startswith("/api/")


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asked: for the API, or for a file without wanting a page instead."""
    if is_api(request.path):
        return True
    return request.path.startswith(FILES) and "text/html" not in request.headers.get("Accept", "")


def problem(
    status: int, code: str, detail: str, errors: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The body of an error: RFC 9457 members, a stable `code`, and one entry for each cause."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": list(errors) or [{"code": code, "detail": detail, "attr": None}],
    }


def respond(
    request: HttpRequest, status: int, code: str, *, title: str, detail: str
) -> HttpResponse:
    """The answer that says what happened and what to do, as JSON or as a page."""
    if wants_json(request):
        return JsonResponse(problem(status, code, detail), status=status, content_type=CONTENT_TYPE)
    context = {
        "status": status,
        "code": code,
        "title": title,
        "detail": detail,
        "worth_trying_again": status >= 500 and request.method == "GET",
    }
    # When the server itself is in trouble, the page must not ask the database who is looking; nor
    # does it say so where nobody has found out.
    is_known = status < 500 and hasattr(request, "visitor")
    page = render_to_string("error.html", context, request=request if is_known else None)
    return HttpResponse(page, status=status)


def refuse(request: HttpRequest, error: DomainError, *, title: str) -> HttpResponse:
    """The answer to a request that ended with this error."""
    counted.REFUSALS.add(error.code)
    answer = respond(request, error.status, error.code, title=title, detail=error.message)
    if error.retry_after is not None:
        answer["Retry-After"] = str(error.retry_after)
    return answer


# Django's handlers, named in colorweb.urls and settings


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        return respond(
            request,
            400,
            "bad_request",
            title=_("The site does not know this address"),
            detail=_(
                "It answers only at the addresses it was given. The site operator sets SITE_URL to "
                "this address, or adds its name to ALLOWED_HOSTS, and restarts the site."
            ),
        )
    return respond(
        request,
        400,
        "bad_request",
        title=_("That request could not be read"),
        detail=_("Something in the address or the form was not right. Go back and try again."),
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return respond(
        request,
        403,
        "permission_denied",
        title=_("You don't have access to this"),
        detail=_("Only its owner may do this. Signed in with another account?"),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return respond(
        request,
        403,
        "csrf_failed",
        title=_("This form has expired"),
        detail=_("Reload the page and send it again. Cookies must be allowed for this site."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return respond(
        request,
        404,
        "not_found",
        title=_("Nothing here"),
        detail=_("The photo was deleted, is private, or the address has a typing error."),
    )


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return respond(
        request,
        429,
        "too_many_requests",
        title=_("Too many attempts"),
        detail=_("Wait a few minutes, then try again."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    if error and database.is_unavailable(error):
        counted.OUTAGES.add("database")
        return refuse(request, no_database(), title=_("One moment"))
    return respond(
        request,
        500,
        "server_error",
        title=str(_BROKE),
        detail=str(_LOGGED),
    )


def no_database() -> DomainError:
    """What a request gets that found no database."""
    return DomainError("unavailable.database", retry_after=DATABASE_RETRY_AFTER)


class StorageMiddleware:
    """Answers pages whose storage is unavailable with 503."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not storage_unavailable.is_unavailable(error):
            return None
        log.error("The storage cannot be used.", exc_info=error)
        counted.OUTAGES.add("storage")
        title = _("Photo storage is unavailable")
        return refuse(request, storage_unavailable.refusal(), title=title)


# Django REST framework's handler, named in settings


class _ProblemFormatter(ExceptionFormatter):
    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        errors = [
            {"code": error.code, "detail": error.detail, "attr": error.attr}
            for error in error_response.errors
        ]
        first = errors[0]
        return problem(
            self.exc.status_code, str(first["code"]), str(first["detail"]), errors=errors
        )


class _Refusal(APIException):
    """A DomainError as the framework answers it."""

    def __init__(self, error: DomainError) -> None:
        super().__init__(error.message, error.code)
        self.status_code = error.status
        self.wait = error.retry_after


class _ProblemHandler(ExceptionHandler):
    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, DomainError):
            return _Refusal(exc)
        if storage_unavailable.is_unavailable(exc):
            return _Refusal(storage_unavailable.refusal())
        if database.is_unavailable(exc):
            return _Refusal(no_database())
        if isinstance(exc, DataError):
            return ValidationError(_("A value is too large, or has characters that no text has."))
        known: Exception = super().convert_known_exceptions(exc)
        return known

    def convert_unhandled_exceptions(self, exc: Exception) -> APIException:
        if isinstance(exc, APIException):
            return exc
        return APIException(f"{_BROKE}. {_LOGGED}", "server_error")

    def report_exception(self, exc: APIException, response: Response) -> None:
        if storage_unavailable.is_unavailable(self.exc):  # no fault of the code's
            counted.OUTAGES.add("storage")
            log.error("The storage cannot be used.", exc_info=self.exc)
        elif database.is_unavailable(self.exc):
            counted.OUTAGES.add("database")
            log.error("The database cannot be used.", exc_info=self.exc)
        elif not isinstance(exc, _Refusal):
            super().report_exception(exc, response)

    def format_exception(self, exc: APIException) -> dict[str, Any]:
        return _ProblemFormatter(exc, self.context, self.exc).run()


def exception_handler(exc: Exception, context: Any) -> Response | None:
    """Turns what an API view raised into `application/problem+json`."""
    response = _ProblemHandler(exc, context).run()
    if response is not None:
        counted.REFUSALS.add(str(response.data["code"]))
        response.content_type = CONTENT_TYPE
    return response
