"""The results of one photo, and any two of them under the slider."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from colorweb.accounts.visitors import VisitorRequest
from jobs.models import State
from jobs.pages.base import full_address, jobs_data
from jobs.storage import access

LEFT, RIGHT = "a", "b"


@require_GET
def compare(request: VisitorRequest, photo_id: uuid.UUID) -> HttpResponse:
    """Two results side by side: those that `a` and `b` name, else the newest two."""
    photo = access.own_photo(request.visitor, photo_id)
    done = photo.jobs.filter(state=State.SUCCEEDED).select_related("photo")
    jobs = list(done.order_by("-created_at"))
    versions = jobs_data(request, jobs)
    for data, job in zip(versions, jobs, strict=True):
        data |= {"made_at": job.created_at, "full": full_address(job)}
    if len(versions) < 2:
        return redirect("job", versions[0]["id"] if versions else photo.newest_id)
    context = {
        "photo": versions[0]["photo"],
        "versions": versions,
        "left": _chosen(request, LEFT, versions) or versions[1],
        "right": _chosen(request, RIGHT, versions) or versions[0],
    }
    return render(request, "compare.html", context)


def _chosen(
    request: VisitorRequest, side: str, versions: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """The version an address names for one side; None if it is none of this photo's."""
    return next((data for data in versions if data["id"] == request.GET.get(side)), None)
