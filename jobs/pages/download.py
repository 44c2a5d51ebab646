"""Downloads of a photo in a chosen format, size and vividness, made while the visitor waits."""

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from colorweb.accounts.visitors import VisitorRequest
from colorweb.http import problems
from jobs.events.progress import progress_of
from jobs.models import (
    EXTENSIONS,
    LONG_SIDES,
    OFFERED,
    Job,
    Look,
    Photo,
    Rendition,
    State,
    Vividness,
)
from jobs.pages.base import full_address, job_data, limited
from jobs.results import looks, renditions
from jobs.storage import access
from ml.imaging.encoding import DEEP

AS_SENT = "as-sent"
RETRY_AFTER = 1
"""Seconds until the next request is worthwhile."""


class RenditionForm(forms.Form):
    format = forms.ChoiceField(
        choices=[(name, name) for name in (*EXTENSIONS, AS_SENT)], required=False
    )
    vividness = forms.FloatField(min_value=0, max_value=Vividness.VIVID, required=False)
    tones = forms.FloatField(min_value=0, max_value=1, required=False)
    long_side = forms.IntegerField(min_value=renditions.SMALLEST, required=False)
    keep_metadata = forms.BooleanField(required=False)


@require_safe
@never_cache
@limited
def download(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Leads to the file once it is there; until then 202, as a page or, for scripts, as JSON."""
    job = access.visible_job(request.visitor, job_id)
    form = RenditionForm(request.GET)
    if job.state != State.SUCCEEDED:
        raise Http404("no result")
    if not form.is_valid():
        return problems.bad_request(request)
    options = form.cleaned_data
    chosen = {name: options.pop(name) for name in Look._fields}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    options["look"] = job.photo.look._replace(**chosen)
    if options["format"] == AS_SENT:
        options["format"] = as_sent(job.photo)
        options["depth"] = job.photo.depth if options["format"] in DEEP else None
    options["format"] = options["format"] or None
    if not access.may_request(request.visitor, job, **options):
        return problems.permission_denied(request)
    rendition = renditions.request(job, request.visitor, **options)
    answer = _as_json if _wants_json(request) else _as_page
    return answer(request, job, rendition)


def as_sent(photo: Photo) -> str | None:
    """The format that a photo came in, if it can be written too."""
    return photo.format if photo.format in EXTENSIONS else None


def choice(job: Job) -> dict[str, Any]:
    """What the form of the download offers."""
    longest = max(job.shown_size)
    sent = as_sent(job.photo)
    own = round(job.photo.vividness, 2)
    as_made = job.look == job.photo.look
    return {
        "as_made": as_made,
        "full": full_address(job) if job.state == State.SUCCEEDED else "",
        "previewed": as_made or _is_previewed(job),
        "tones": _number(job.photo.tones),
        "tone_low": job.photo.tone_low,
        "tone_high": job.photo.tone_high,
        "format": job.format,
        "as_sent": sent if sent not in OFFERED or _is_deep(job) else None,
        "as_sent_is_deep": _is_deep(job),
        "not_written": None if sent else job.photo.format,
        "long_sides": [side for side in LONG_SIDES if side < longest],
        "variants": [(_number(value), label) for value, label in Vividness.choices],
        "own": _number(own),
        "own_is_a_variant": own in Vividness.values,
    }


def _is_deep(job: Job) -> bool:
    return job.photo.depth == 16 and job.photo.format in DEEP


def _is_previewed(job: Job) -> bool:
    return job.state == State.SUCCEEDED and looks.file_of(job, "preview")[1]


def _number(value: float) -> str:
    """A number as forms carry it, whatever the language."""
    return f"{value:g}"


def _wants_json(request: VisitorRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _as_json(request: VisitorRequest, job: Job, rendition: Rendition) -> HttpResponse:
    progress = progress_of(rendition.pk)
    found: dict[str, Any] = {"state": rendition.state, "progress": progress}
    if rendition.state == Rendition.State.READY:
        return JsonResponse(found | {"url": _file(rendition), "bytes": rendition.bytes})
    if rendition.state == Rendition.State.FAILED:
        return JsonResponse(found | {"error": rendition.error_text}, status=500)
    return JsonResponse(found, status=202, headers={"Retry-After": str(RETRY_AFTER)})


def _as_page(request: VisitorRequest, job: Job, rendition: Rendition) -> HttpResponse:
    if rendition.state == Rendition.State.READY:
        return redirect(f"{_file(rendition)}?download")
    failed = rendition.state == Rendition.State.FAILED
    context = {
        "job": job_data(request, job),
        "failed": failed,
        "error": rendition.error_text,
        "progress": progress_of(rendition.pk),
        "again_in": RETRY_AFTER,
    }
    response = render(request, "download.html", context, status=500 if failed else 202)
    if not failed:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def _file(rendition: Rendition) -> str:
    return reverse("rendition", args=[rendition.job_id, rendition.pk])
