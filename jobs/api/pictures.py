"""The picture itself as the answer to a photo, for who asks for one with `Accept`."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework import status
from rest_framework.exceptions import NotAcceptable
from rest_framework.response import Response

from colorweb.errors import DomainError, plain
from colorweb.http import problems
from colorweb.http.files import serve
from jobs.models import EXTENSIONS, Job, State
from jobs.storage import files
from ml.imaging.encoding import DEEP

TYPES = {name: files.MIME[suffix] for name, suffix in EXTENSIONS.items()}
"""Format of a result -> its media type."""
ANY = "image/*"
OF_JSON = ("Allow", "Content-Length", "Content-Type")


def is_wanted(request: Any) -> bool:
    """Whether `Accept` asks for a picture, and not as much for JSON."""
    types = ["application/json", problems.CONTENT_TYPE, *TYPES.values()]
    return request.get_preferred_type(types) in TYPES.values()


def format_for(request: Any, chosen: str, depth: int) -> str:
    """The format in which a picture is answered: the one that was chosen with the photo, or what
    `Accept` names; empty where it names none. Raises NotAcceptable where the two differ, or where
    no format that is named holds so many bits.
    """
    if not is_wanted(request):
        return chosen
    if chosen:
        if not request.accepts(TYPES[chosen]):
            raise NotAcceptable
        return chosen
    holding = {name: kind for name, kind in TYPES.items() if depth == 8 or name in DEEP}
    preferred = request.get_preferred_type(list(holding.values()))
    if preferred is None:
        raise NotAcceptable
    if request.accepted_type(preferred).sub_type == "*":
        return ""
    return next(name for name, kind in TYPES.items() if kind == preferred)


def answer(request: HttpRequest, made: Response, job: Job) -> HttpResponseBase:
    """The colors of a job that has ended, or why there are none; `made` answered its making."""
    response: HttpResponseBase
    if job.state == State.SUCCEEDED:
        name = files.name_of(job, "result")
        response = serve(request, name, content_type=files.MIME[name.rsplit(".", 1)[-1]])
    else:
        response = _refuse(job)
    for name, value in made.items():  # middleware has written most of them
        if name not in OF_JSON:
            response[name] = value
    response.cookies = made.cookies
    response["X-Job-Id"] = str(job.pk)
    if token := made.data.get("guest_token"):
        response["X-Guest-Token"] = token
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Accept"])
    return response


def _refuse(job: Job) -> HttpResponseBase:
    error = DomainError("no_result.canceled")
    code, message = plain(job.error_code) or error.code, job.error_text or error.message
    answer = problems.problem(status.HTTP_422_UNPROCESSABLE_ENTITY, code, message)
    return JsonResponse(answer, status=answer["status"], content_type=problems.CONTENT_TYPE)
