"""`Prefer: wait=N`: the answer to a photo is the finished job, or with `Accept: image/*` the
colored photo, if that takes no longer."""

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from rest_framework.response import Response

from colorweb.accounts import revocation
from colorweb.accounts.visitors import VisitorRequest
from colorweb.http import streams
from colorweb.http.timeouts import release_thread
from jobs.api import pictures
from jobs.live import subscriptions
from jobs.serializers.jobs import JobSerializer
from jobs.storage import access

MAX_WAIT = 30
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)


def waiting(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view that makes a job, and that waits for its end when it is asked to.

    A job that is not finished in time is answered with 202; at once, if its sender has reached the
    limit of streams and waiting requests. While it waits, a request holds neither a thread
    nor a database connection.
    """
    view.afterwards = _wait  # type: ignore[attr-defined] # for `colorweb.http.programs`
    return view


async def _wait(request: VisitorRequest, response: Response) -> HttpResponseBase:
    if request.method != "POST" or response.status_code not in (200, 201):
        return response
    wants_picture = pictures.is_wanted(request)
    seconds = _seconds(request.headers.get("Prefer", ""), MAX_WAIT if wants_picture else 0)
    if not seconds:
        response.status_code = 202 if wants_picture else response.status_code
        return response
    await release_thread()
    job_id = uuid.UUID(response.data["id"])
    ended = await _ended(request, job_id, seconds)
    if not ended:
        response.status_code = 202
    if ended is None:  # the answer to the upload itself has to be enough
        return response
    answer = await streams.read(
        _answer_later, request, response, job_id, network=request.visitor.network
    )
    answer["Preference-Applied"] = f"wait={seconds}"
    return answer


async def _ended(request: VisitorRequest, job_id: uuid.UUID, seconds: float) -> bool | None:
    """Whether the job has ended; None if the request had to end before, as in a restart."""
    visitor, key = request.visitor, request.session.session_key
    place = await streams.atake_place(visitor)
    if place is None:
        return False
    with place:
        async with revocation.opened(visitor, key) as stream:
            ended = await subscriptions.ended(job_id, seconds, stream, visitor.network)
        return None if stream.ended.is_set() else ended


def _seconds(prefer: str, usual: int) -> int:
    found = _WAIT.search(prefer)
    return min(MAX_WAIT, int(found[1])) if found else usual


def _answer_later(
    request: VisitorRequest, response: Response, job_id: uuid.UUID
) -> HttpResponseBase:
    """What answers a request that has waited, of what answered the making of its job."""
    try:
        job = access.own_job(request.visitor, job_id)
    except Http404:  # deleted while we waited
        return response
    if job.is_terminal and pictures.is_wanted(request):
        return pictures.answer(request, response, job)
    response.data |= JobSerializer(job, context={"host": request.get_host()}).data
    response.content = response.rendered_content
    response["Content-Length"] = len(response.content)
    return response
