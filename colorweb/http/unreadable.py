"""Requests made by hand: what no column can hold is the request's fault, not the server's."""

import logging
from urllib.parse import unquote

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from colorweb.http import problems

log = logging.getLogger(__name__)
NUL = "\0"
"""PostgreSQL's texts cannot hold it, and nobody types it."""


class Unreadable(MiddlewareMixin):
    """Refuses addresses with NUL characters, and values that the database refuses.

    Endpoints of the API check their own parameters, and say which of them is wrong.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if NUL in request.path:
            return problems.not_found(request)
        if problems.is_api(request.path) or NUL not in unquote(request.META["QUERY_STRING"]):
            return None
        return problems.bad_request(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DataError):
            return None
        log.warning("The database refused a value.", exc_info=error)
        return problems.bad_request(request)
