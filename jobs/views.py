"""The pages: thin, over the functions a shell would call. All of them work without JavaScript."""

import contextlib
import uuid
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST, require_safe

from colorweb.accounts.visitors import VisitorRequest
from colorweb.http import problems
from colorweb.http.files import serve
from jobs import access, files, gallery, intake, limits, states
from jobs.consumers import SNAPSHOT
from jobs.describe import absolute_from, describe
from jobs.models import Job, State
from jobs.words import in_words
from ml.resnet_gray.photos import PhotoError

SAMPLE = settings.BASE_DIR / "frontend" / "static" / "samples" / "farm-women-1895.jpg"
GALLERY_PAGE = 24


@ensure_csrf_cookie
def home(request: VisitorRequest) -> HttpResponse:
    """Where photos go in; a form without JavaScript posts them here."""
    # Known before the first photo, or photos sent side by side would belong to different guests.
    request.visitor.keep()
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        accepted = _accept_all(request, errors)
        if len(accepted) == 1 and not errors:
            return redirect("job", accepted[0].pk)
        if accepted and not errors:
            return redirect("home")
    jobs = access.jobs_of(request.visitor)[:SNAPSHOT]
    context = {"jobs": [_told(request, job) for job in jobs], "upload_errors": errors}
    return render(request, "home.html", context, status=400 if errors else 200)


def _accept_all(request: VisitorRequest, errors: list[dict[str, str]]) -> list[Job]:
    """Take each photo of a form; what is wrong with one is noted beside its name."""
    accepted = []
    uploads = request.FILES.getlist("image")
    if not uploads:
        errors.append({"name": "", "code": "no_photo", "message": _("Choose a photo first.")})
    for upload in uploads:
        try:
            accepted.append(_accept(request, upload))
        except PhotoError as error:
            name = upload.name or ""
            errors.append({"name": name, "code": error.code, "message": in_words(error)})
        except limits.Exceeded as error:
            name = upload.name or ""
            errors.append({"name": name, "code": error.code, "message": error.message})
    return accepted


def _accept(request: VisitorRequest, upload: UploadedFile) -> Job:
    job = intake.accept(upload, request.visitor)
    request.visitor.keep()
    return job


def limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Says on a page of its own why no more photos are taken now."""

    @wraps(view)
    def answer(request: VisitorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except limits.Exceeded as error:
            title = _("That is enough for now")
            response = problems.respond(
                request, error.status, error.code, title=title, detail=error.message
            )
            response["Retry-After"] = str(error.retry_after)
            return response

    return answer


@require_POST
@limited
def sample(request: VisitorRequest) -> HttpResponse:
    """Colour the photo that comes with the site."""
    with Path(SAMPLE).open("rb") as file:
        upload = UploadedFile(file, name=SAMPLE.name, size=SAMPLE.stat().st_size)
        return redirect("job", _accept(request, upload).pk)


@require_GET
@ensure_csrf_cookie
def job(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Waiting and result, one address."""
    found = access.visible_job(request.visitor, job_id)
    context = {
        "job": _told(request, found),
        "is_owner": access.owns(request.visitor, found.photo),
        "wait_refresh": not found.is_terminal,
    }
    return render(request, "job.html", context)


@require_POST
def cancel(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Stop a job; one that has ended meanwhile simply shows its end."""
    with contextlib.suppress(states.Refused):
        states.request_cancel(access.own_job(request.visitor, job_id))
    return redirect("job", job_id)


@require_POST
@limited
def retry(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Try a failed or cancelled job again, as a new one."""
    ended = access.own_job(request.visitor, job_id)
    if ended.state not in (State.FAILED, State.CANCELED):
        return redirect("job", job_id)
    return redirect("job", intake.retry(ended, request.visitor).pk)


@require_POST
def publish(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Put a result into the gallery."""
    found = access.own_job(request.visitor, job_id)
    if found.state == State.SUCCEEDED:
        gallery.publish(found, request.POST.get("title", ""))
    return redirect("job", job_id)


@require_POST
def unpublish(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Take it out again."""
    gallery.unpublish(access.own_job(request.visitor, job_id).photo)
    return redirect("job", job_id)


@require_POST
def delete(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Delete the photo with everything made from it."""
    intake.discard(access.own_job(request.visitor, job_id).photo)
    return redirect("home")


@require_GET
def gallery_page(request: VisitorRequest) -> HttpResponse:
    """Public photos, the newest first."""
    page = Paginator(gallery.public_jobs(), GALLERY_PAGE).get_page(request.GET.get("page"))
    photos = [_told(request, job) for job in page]
    return render(request, "gallery.html", {"photos": photos, "page_obj": page})


@require_safe
async def file(request: VisitorRequest, job_id: uuid.UUID, kind: str) -> HttpResponseBase:
    """One file of a job, for those who may see the job."""
    found = await sync_to_async(access.visible_job)(request.visitor, job_id)
    if kind not in (*files.OF_PHOTO, *files.OF_RESULT) or (
        kind in files.OF_RESULT and found.state != State.SUCCEEDED
    ):
        raise Http404("no such file")
    name = files.name_of(found, kind)
    suffix = name.rsplit(".", 1)[-1]
    download = (
        f"{Path(found.photo.name).stem}-colour.{suffix}" if "download" in request.GET else None
    )
    return await serve(
        request, name, content_type=files.MIME[suffix], download_name=download, max_age=3600
    )


def _told(request: VisitorRequest, job: Job) -> dict[str, Any]:
    return describe(job, absolute_from(request.get_host()))
