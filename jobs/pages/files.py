"""The files themselves, for those who may see them."""

import uuid
from pathlib import Path

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_safe

from colorweb.accounts.visitors import VisitorRequest
from colorweb.http.files import serve
from jobs.models import STORED_AS, Job, Rendition, State
from jobs.results import looks, pairs
from jobs.storage import access, files

OLD_NAMES = {old: kind for kind, old in STORED_AS.items()}
"""What URLs called some files before version 0.2; they lead to the names of now."""

FULL_SIZE = ("result", "gray")
PUBLIC_MAX_AGE = 3600
"""Seconds for which browsers keep what the gallery shows to anybody, without asking again."""


@require_safe
def file(request: VisitorRequest, job_id: uuid.UUID, kind: str) -> HttpResponseBase:
    """One file of a job, for those who may see the job."""
    if kind in OLD_NAMES:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        url = reverse("file", args=[job_id, OLD_NAMES[kind]])
        return HttpResponsePermanentRedirect(url + query)
    found = access.visible_job(request.visitor, job_id)
    there = files.of_photo(was_gray=found.photo.was_gray)
    if found.state == State.SUCCEEDED:
        there += files.OF_RESULT
    if kind not in there or not _may(request, found, kind):
        raise Http404("no such file")
    if kind not in looks.KINDS or "look" not in request.GET:
        return _serve(request, found, files.name_of(found, kind))
    name, is_final = looks.file_of(found, kind)
    return _serve(request, found, name, is_final=is_final)


@require_safe
def rendition(
    request: VisitorRequest, job_id: uuid.UUID, rendition_id: uuid.UUID
) -> HttpResponseBase:
    """One rendition of a job, for those who may see the job and have such a file."""
    job = access.visible_job(request.visitor, job_id)
    found = job.renditions.filter(pk=rendition_id, state=Rendition.State.READY).first()
    if found is None or not access.may_request(
        request.visitor,
        job,
        format=found.format,
        look=found.look,
        long_side=found.long_side,
        keep_metadata=found.keep_metadata,
    ):
        raise Http404("no such file")
    return _serve(request, job, found.file)


@require_GET
def pair(request: VisitorRequest, job_id: uuid.UUID, kind: str) -> HttpResponse:
    """Before and after of one's own photo as one picture, or the color alone, to be sent on."""
    job = access.own_job(request.visitor, job_id)
    if kind not in PAIRS or job.state != State.SUCCEEDED:
        raise Http404("no such picture")
    make, suffix = PAIRS[kind]
    answer = HttpResponse(make(job), content_type=files.MIME[suffix])
    if "download" in request.GET:
        name = f"{_stem(request, job)}-{kind}.{suffix}"
        answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


PAIRS = {
    "color": (pairs.color, "jpg"),
    "side": (pairs.side_by_side, "jpg"),
    "moving": (pairs.moving, "webp"),
}
"""The picture's name in the URL -> what makes it, and its suffix."""


def _serve(
    request: VisitorRequest, job: Job, name: str, *, is_final: bool = True
) -> HttpResponseBase:
    suffix = name.rsplit(".", 1)[-1]
    download = f"{_stem(request, job)}-color.{suffix}" if "download" in request.GET else None
    return serve(
        request,
        name,
        content_type=files.MIME[suffix],
        download_name=download,
        max_age=PUBLIC_MAX_AGE if is_final and access.is_public(job) else 0,
    )


def _may(request: VisitorRequest, job: Job, kind: str) -> bool:
    """Whether the visitor, who sees the job in color, may have a file of this kind."""
    rights = access.rights(request.visitor, job)
    is_before = kind.startswith(("gray", "original"))
    return (rights.originals or not is_before) and (rights.downloads or kind not in FULL_SIZE)


def _stem(request: VisitorRequest, job: Job) -> str:
    """What a download is called: by others only as the owner published it."""
    titled = slugify(job.photo.title, allow_unicode=True)
    if access.owns(request.visitor, job.photo):
        return titled or Path(job.photo.name).stem
    return titled or "photo"
