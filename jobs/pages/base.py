"""What several pages share."""

import contextlib
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from colorweb.accounts.visitors import Visitor, VisitorRequest
from colorweb.api.serializers import show_all
from colorweb.errors import DomainError
from colorweb.http import problems
from jobs.models import Job, Photo
from jobs.serializers.cards import CardSerializer
from jobs.serializers.jobs import JobSerializer, job_for


def job_data(request: VisitorRequest, job: Job) -> dict[str, Any]:
    """A job as templates and scripts know it; to others without its file's name."""
    return job_for(request.visitor, job, request.get_host())


def jobs_data(request: VisitorRequest, jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """Many jobs, for about the price of one."""
    return show_all(JobSerializer, jobs, {"host": request.get_host()})


def cards_data(request: VisitorRequest, jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """What cards show of the visitor's own jobs."""
    return show_all(CardSerializer, jobs, {"host": request.get_host()})


def full_address(job: Job) -> str:
    """Where a finished job's full-size file in the photo's look is, or is waited for."""
    if job.look == job.photo.look and job.format != "tiff":  # which no browser shows
        return reverse("file", args=[job.pk, "result"])
    return f"{reverse('job-download', args=[job.pk])}?format=jpeg"


def kept_until(visitor: Visitor, photo: Photo | None) -> datetime | None:
    """When a guest's photo is deleted; None for accounts, whose photos stay."""
    if visitor.user or photo is None:
        return None
    return photo.created_at + settings.GUEST_RETENTION


def chosen(request: VisitorRequest) -> list[uuid.UUID]:
    """The ids of the photos whose boxes a form has ticked; what is no id is left out."""
    found = []
    for text in request.POST.getlist("photo"):
        with contextlib.suppress(ValueError):
            found.append(uuid.UUID(text))
    return found


def limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show a page of its own when a limit is exceeded."""

    @wraps(view)
    def answer(request: VisitorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            return problems.refuse(request, error, title=_("Limit reached"))

    return answer
