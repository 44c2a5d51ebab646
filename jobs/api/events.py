"""Server-sent events: what the websocket sends, for clients without one."""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from colorweb.accounts import revocation
from colorweb.accounts.visitors import Visitor
from colorweb.api import schema
from colorweb.errors import DomainError
from colorweb.http import streams
from colorweb.http.places import Place
from colorweb.http.timeouts import release_thread
from jobs.api.base import View
from jobs.live import subscriptions
from jobs.models import TERMINAL
from jobs.serializers.jobs import JobProgressSerializer, StreamEventSerializer, job_for
from jobs.storage import access

PROGRESS_FIELDS = tuple(JobProgressSerializer().fields)
RECONNECT = "retry: 1000\n\n"
"""Browsers come back a second after a stream has ended before its job, as in a restart."""
RETRY_AFTER = 15
"""Seconds until one of a visitor's other streams may have ended."""


class EventStream(JSONRenderer):
    """Lets a request ask for events; what is refused is answered in JSON all the same."""

    media_type = "text/event-stream"
    format = "events"


class Events(View):
    http_method_names = ("get", "options")
    renderer_classes = (JSONRenderer, EventStream)

    @schema.endpoint(
        "Follow a job",
        description=(
            "Server-sent events with the websocket's messages: first `job` with the whole job, "
            "then `job` at every change and `progress` in between. The stream ends when the job "
            "does; who reconnects with the last event's id after that gets 204."
        ),
        answers={
            (200, "text/event-stream"): OpenApiResponse(StreamEventSerializer, "Events."),
            204: OpenApiResponse(description="Nothing more will come."),
        },
        codes=["not_found", "too_many_streams"],
        parameters=[schema.header("Last-Event-ID", "The last event that was seen.")],
        operation_id="jobs_events",
    )
    def get(self, request: Request, job_id: uuid.UUID) -> HttpResponseBase:
        job = access.visible_job(self.visitor, job_id)
        if job.is_terminal and request.headers.get("Last-Event-ID") == str(job.sequence):
            return HttpResponse(status=204)
        place = streams.take_place(self.visitor)
        if place is None:
            raise DomainError("too_many_streams", retry_after=RETRY_AFTER)
        key = request.session.session_key
        return StreamingHttpResponse(
            _Stream(events(self.visitor, key, job_id, request.get_host()), place),
            content_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


class _Stream:
    """Pieces to send, and the place they take until the answer is closed, begun or not."""

    def __init__(self, pieces: AsyncIterator[str], place: Place) -> None:
        self._pieces, self.close = pieces, place.release

    def __aiter__(self) -> AsyncIterator[str]:
        return self._pieces


async def events(
    visitor: Visitor, session_key: str | None, job_id: uuid.UUID, host: str
) -> AsyncIterator[str]:
    """The stream's text, until the job ends or is no longer there for this visitor."""

    def look() -> dict[str, Any]:
        return job_for(visitor, access.visible_job(visitor, job_id), host)

    async def read() -> dict[str, Any]:
        return await streams.read(look, network=visitor.network)

    await release_thread()
    known: dict[str, Any] = {}
    async with (
        revocation.opened(visitor, session_key) as stream,
        subscriptions.subscribed(job_id) as news,
    ):
        stream.wake = news.row_changed
        yield RECONNECT
        while True:
            fields = await news.next()
            if stream.ended.is_set():
                return
            try:
                job = known | fields if fields is not None else await read()
            except Http404:
                return
            if message := _message(known, job):
                yield message
            elif fields == {}:
                yield ": still here\n\n"
            known = job
            news.read(job["sequence"])
            if job["status"] in TERMINAL:
                return


def _message(known: dict[str, Any], job: dict[str, Any]) -> str:
    """What is new about a job, as an event; empty if nothing is."""
    if job["sequence"] != known.get("sequence"):
        message = {"type": "job", "job": job}
    elif any(job[field] != known[field] for field in PROGRESS_FIELDS):
        message = {"type": "progress", **{field: job[field] for field in PROGRESS_FIELDS}}
    else:
        return ""
    return f"id: {job['sequence']}\nevent: {message['type']}\ndata: {json.dumps(message)}\n\n"
