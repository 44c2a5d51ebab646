"""One photo: waiting and result, and what its owner may do."""

import contextlib
import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from colorweb import leases
from colorweb.accounts.visitors import VisitorRequest
from colorweb.errors import DomainError
from jobs.models import Job, Look, Photo, State
from jobs.pages import download, prepare
from jobs.pages.base import job_data, jobs_data, kept_until, limited
from jobs.pages.caption import CaptionForm
from jobs.pages.history import LookForm, RecolorForm
from jobs.pages.trash import link_to_trash
from jobs.photos import batches, intake, prints, search, trash, versions, visibility
from jobs.queue import states
from jobs.results import looks, words
from jobs.storage import access
from ml.imaging import geometry

MAX_STRIP = 50


@require_GET
@ensure_csrf_cookie
def job(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Waiting and result, one address, for the photo's owner; others see what is published."""
    try:
        found = access.own_job(request.visitor, job_id)
    except Http404:
        return redirect("photo", access.visible_job(request.visitor, job_id).photo_id)
    newer, older = access.neighbors(found.photo)
    count = search.versions_of(found.photo)
    recipe = prepare.context(found)
    context = {
        "job": job_data(request, found),
        "is_owner": True,
        "hidden_for": found.photo.get_hidden_for_display(),
        "versions": count,
        "strip": _strip(request, found) if found.state == State.SUCCEEDED and count > 1 else [],
        "prepare": recipe,
        "mend": recipe if recipe and recipe["takes_hints"] else None,
        "kept_until": kept_until(request.visitor, found.photo),
        "wait_refresh": not found.is_terminal,
        "download": download.choice(found),
        "newer": newer,
        "older": older,
        "other_pages": _other_pages(found),
        "recolor_form": RecolorForm.of(found),
        "words": found.photo,
        "caption_form": CaptionForm.of(found.photo),
    }
    return render(request, "job.html", context)


def _other_pages(shown: Job) -> int:
    """Pages of its file that can become photos; none if they are photos already."""
    if shown.batch and shown.batch.pages is not None:
        return 0
    return min(shown.photo.pages - 1, batches.MAX_PAGES)


def _strip(request: VisitorRequest, shown: Job) -> list[dict[str, Any]]:
    """The photo's versions, the newest first."""
    done = access.jobs_of(request.visitor).filter(photo=shown.photo, state=State.SUCCEEDED)
    jobs = list(done[:MAX_STRIP])
    strip = jobs_data(request, jobs)
    for data, job in zip(strip, jobs, strict=True):
        data |= {"made_at": job.created_at, "is_shown": job == shown}
    return strip


@require_POST
@limited
def recolor(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Color the photo in another way; earlier versions stay."""
    found = access.own_job(request.visitor, job_id)
    form = RecolorForm(request.POST)
    if not form.is_valid():
        return redirect("job", job_id)
    recipe = replace(versions.recipe_of(found), **form.cleaned_data)
    job, _is_new = versions.make(found.photo, request.visitor, recipe)
    return redirect("job", job.pk)


@require_POST
@limited
def turn(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Turn the photo by a quarter, which colors it again."""
    found = access.own_job(request.visitor, job_id)
    recipe, shape = versions.recipe_of(found), geometry.read(found.geometry)
    turned = (shape.turn + (270 if "left" in request.POST else 90)) % 360
    recipe = replace(recipe, geometry=replace(shape, turn=turned).json)
    job, _is_new = versions.make(found.photo, request.visitor, recipe)
    return redirect("job", job.pk)


@require_POST
@limited
def color_pages(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Make each other page of the photo's file a photo of its own."""
    found = access.own_job(request.visitor, job_id)
    if found.photo.pages > 1:
        batches.accept_pages(found.photo, request.visitor)
        messages.success(request, _("The other pages are on their way into your photos."))
    return redirect("history")


@require_POST
@limited
def split(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Make each print of a scan a photo of its own."""
    found = access.own_job(request.visitor, job_id)
    jobs = prints.split(found, request.visitor) if found.state == State.SUCCEEDED else []
    return redirect("job", jobs[0].pk if jobs else job_id)


@require_POST
def remove(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Delete a version that is not in use, with its files."""
    found = access.own_job(request.visitor, job_id)
    try:
        if found.state == State.SUCCEEDED:
            versions.delete(found)
    except DomainError as error:
        messages.error(request, error.message)
    photo = access.own_photo(request.visitor, found.photo_id)
    return redirect("job", photo.version_id or photo.newest_id)


@require_POST
def use(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Show the photo in this version, everywhere."""
    found = access.own_job(request.visitor, job_id)
    if found.state == State.SUCCEEDED:
        versions.use(found)
    return redirect("job", job_id)


@require_POST
def look(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Keep the look that is set, for browsers without a script."""
    found = access.own_job(request.visitor, job_id)
    form = LookForm(request.POST)
    if form.is_valid():
        looks.set_look(found.photo, Look(**form.cleaned_data))
    return redirect("job", job_id)


@require_POST
def cancel(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Cancel a job; one that has already ended stays as it is."""
    with contextlib.suppress(leases.InvalidTransition):
        states.request_cancel(access.own_job(request.visitor, job_id))
    return redirect("job", job_id)


@require_POST
@limited
def retry(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Try a failed or canceled job again, as a new one."""
    ended = access.own_job(request.visitor, job_id)
    if ended.state not in (State.FAILED, State.CANCELED):
        return redirect("job", job_id)
    return redirect("job", intake.retry(ended, request.visitor).pk)


@require_POST
def publish(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Put a result into the gallery."""
    found = access.own_job(request.visitor, job_id)
    if found.state == State.SUCCEEDED:
        _set_caption(request, found)
        visibility.publish(found, with_words="words" in request.POST)
    return redirect("job", job_id)


@require_POST
def set_caption(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Set what is said about the photo."""
    _set_caption(request, access.own_job(request.visitor, job_id))
    return redirect("job", job_id)


def _set_caption(request: VisitorRequest, found: Job) -> None:
    written: dict[str, Any] = {
        "title": visibility.readable(request.POST.get("title", ""))[:200],
        "alt": visibility.readable(request.POST.get("alt", ""))[:1000],
    }
    form = CaptionForm(request.POST)
    if "caption" in request.POST and form.is_valid():
        written |= form.cleaned_data
    words.write(found.photo, **written)


@require_POST
def unpublish(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Show the photo to its owner alone: not in the gallery, nor by its address."""
    photo = access.own_job(request.visitor, job_id).photo
    was_unlisted = photo.visibility == Photo.Visibility.UNLISTED
    visibility.unpublish(photo)
    return redirect("job-share" if was_unlisted else "job", job_id)


@require_POST
def delete(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Delete the photo with everything made from it: an account's goes to the trash."""
    trash.put([access.own_job(request.visitor, job_id).photo])
    if request.visitor.user:
        link_to_trash(request)
    return redirect("home")
