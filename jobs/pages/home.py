"""Where photos go in."""

from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST

from colorweb.accounts.visitors import VisitorRequest
from colorweb.errors import DomainError
from jobs.live.consumers import SNAPSHOT
from jobs.models import Job
from jobs.pages import cards
from jobs.pages.base import cards_data, kept_until, limited
from jobs.photos import intake
from jobs.storage import access

SAMPLE = settings.BASE_DIR / "frontend" / "static" / "samples" / "mother-and-girls-1860.jpg"


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
    context = {
        "jobs": cards_data(request, list(jobs)),
        "kept_until": kept_until(request.visitor, jobs[0].photo if jobs else None),
        "upload_errors": errors,
        "card": cards.of_page(
            request,
            "home",
            _("Old photos, in color"),
            _("Drop in a black-and-white photo and see how it might have looked."),
        ),
    }
    return render(request, "home.html", context, status=400 if errors else 200)


def _accept_all(request: VisitorRequest, errors: list[dict[str, str]]) -> list[Job]:
    """Accept each photo of a form; errors are listed with the file's name."""
    accepted = []
    uploads = request.FILES.getlist("image")
    if not uploads:
        errors.append({"name": "", "code": "no_photo", "message": _("Choose a photo first.")})
    for upload in uploads:
        try:
            accepted.append(_accept(request, upload))
        except DomainError as error:
            name = upload.name or ""
            errors.append({"name": name, "code": error.code, "message": error.message})
    return accepted


def _accept(request: VisitorRequest, upload: UploadedFile) -> Job:
    job = intake.accept(upload, request.visitor)
    request.visitor.keep()
    return job


@require_POST
@limited
def sample(request: VisitorRequest) -> HttpResponse:
    """Color the photo that comes with the site."""
    with Path(SAMPLE).open("rb") as file:
        upload = UploadedFile(file, name=SAMPLE.name, size=SAMPLE.stat().st_size)
        return redirect("job", _accept(request, upload).pk)
