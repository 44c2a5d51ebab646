"""The page of a zip that is being made, and the zip."""

import uuid

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from colorweb.accounts.visitors import VisitorRequest
from colorweb.http.files import serve
from jobs.models import Archive
from jobs.results.archives import UNFINISHED
from jobs.storage import access

RETRY_AFTER = 1
"""Seconds until the next request is worthwhile."""


@never_cache
@require_GET
def archive(request: VisitorRequest, archive_id: uuid.UUID) -> HttpResponse:
    """How far a zip has come; 202 while it is being made."""
    found = access.own_archive(request.visitor, archive_id)
    waits = found.state in UNFINISHED
    context = {"archive": found, "waits": waits, "seconds": RETRY_AFTER}
    response = render(request, "archive.html", context, status=202 if waits else 200)
    return _with_retry_after(response) if waits else response


@require_safe
def file(request: VisitorRequest, archive_id: uuid.UUID) -> HttpResponseBase:
    """The zip itself; 202 while it is being made."""
    found = access.own_archive(request.visitor, archive_id)
    if found.state != Archive.State.READY:
        return _with_retry_after(HttpResponse(status=202))
    name = f"colorweb-{found.created_at:%Y-%m-%d}.zip"
    return serve(request, found.file, content_type="application/zip", download_name=name)


def _with_retry_after(response: HttpResponse) -> HttpResponse:
    response["Retry-After"] = str(RETRY_AFTER)
    return response
