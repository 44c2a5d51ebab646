"""One photo: waiting and result, and what its owner may do."""

import contextlib
import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from colorweb import leases
from colorweb.accounts.visitors import VisitorRequest
from jobs.models import Job, State
from jobs.pages import download
from jobs.pages.base import job_data, limited
from jobs.pages.history import RecolorForm
from jobs.pages.trash import link_to_trash
from jobs.photos import intake, search, trash, visibility
from jobs.queue import states
from jobs.storage import access


@require_GET
@ensure_csrf_cookie
def job(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Waiting and result, one address, for the photo's owner; others see what is published."""
    found = access.visible_job(request.visitor, job_id)
    is_owner = access.owns(request.visitor, found.photo)
    if not is_owner:
        return redirect("photo", found.photo_id)
    newer, older = access.neighbors(request.visitor, found.photo)
    context = {
        "job": job_data(request, found),
        "is_owner": is_owner,
        "hidden_for": found.photo.get_hidden_for_display(),
        "versions": search.versions([found.photo])[found.photo_id],
        "wait_refresh": not found.is_terminal,
        "download": download.choice(found),
        "newer": newer,
        "older": older,
        "recolor_form": RecolorForm.of(found),
    }
    return render(request, "job.html", context)


@require_POST
@limited
def recolor(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Color the photo with other options; earlier results stay."""
    found = access.own_job(request.visitor, job_id)
    form = RecolorForm(request.POST)
    if not form.is_valid():
        return redirect("job", job_id)
    return redirect("job", intake.recolor(found, request.visitor, **form.cleaned_data).pk)


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
        visibility.publish(found)
    return redirect("job", job_id)


@require_POST
def set_caption(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Set the photo's title and alternative text."""
    _set_caption(request, access.own_job(request.visitor, job_id))
    return redirect("job", job_id)


def _set_caption(request: VisitorRequest, found: Job) -> None:
    visibility.set_caption(found.photo, request.POST.get("title", ""), request.POST.get("alt", ""))


@require_POST
def unpublish(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Take the photo out of the gallery."""
    visibility.unpublish(access.own_job(request.visitor, job_id).photo)
    return redirect("job", job_id)


@require_POST
def delete(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Delete the photo with everything made from it: an account's goes to the trash."""
    trash.put([access.own_job(request.visitor, job_id).photo])
    if request.visitor.user:
        link_to_trash(request)
    return redirect("home")
