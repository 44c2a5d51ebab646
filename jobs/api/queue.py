"""The queue as a whole, for staff: its status, and pausing it."""

from functools import partial

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from jobs.photos import consistency
from jobs.queue import control, retries
from jobs.queue import status as figures
from jobs.serializers.queue import (
    CheckSerializer,
    QueueStatusSerializer,
    RetriedSerializer,
    WaitingSerializer,
)
from ml.api import base
from ml.api.permissions import staff

VIEW_JOBS, MANAGE_QUEUE = "jobs.view_job", "jobs.manage_queue"

documented = partial(schema.endpoint, tags=["queue"])
managed = partial(documented, codes=[*base.CODES, *schema.BY_COOKIE])
"""Describes what changes how the queue runs."""


class Queue(base.StaffView):
    permission_classes = (staff(read=VIEW_JOBS),)

    @documented(
        "The status of queue and workers",
        answers={200: schema.answer(QueueStatusSerializer, "Now.")},
        codes=base.CODES,
        operation_id="queue_retrieve",
    )
    def get(self, request: Request) -> Response:
        return Response(QueueStatusSerializer(figures.status()).data)


class ManageView(base.StaffView):
    permission_classes = (staff(write=MANAGE_QUEUE),)


class Pause(ManageView):
    @managed(
        "Pause the queue",
        description="Workers finish what they have begun and take no more. New photos wait.",
        answers={200: schema.answer(WaitingSerializer, "It is paused.")},
        operation_id="queue_pause",
    )
    def post(self, request: Request) -> Response:
        control.pause(self.user)
        return Response(WaitingSerializer(figures.waiting()).data)


class Resume(ManageView):
    @managed(
        "Let the queue go on",
        answers={200: schema.answer(WaitingSerializer, "It goes on.")},
        operation_id="queue_resume",
    )
    def post(self, request: Request) -> Response:
        control.resume()
        return Response(WaitingSerializer(figures.waiting()).data)


class RetryFailed(ManageView):
    @managed(
        "Try failed photos again",
        description="Those that failed within a day for a reason that does not lie in the photo.",
        answers={200: schema.answer(RetriedSerializer, "The number of photos queued again.")},
        operation_id="queue_retry_failed",
    )
    def post(self, request: Request) -> Response:
        return Response(RetriedSerializer({"retried": retries.retry_lately()}).data)


class Check(ManageView):
    @managed(
        "Compare files and rows",
        description="A worker does it; `check` in `queue/` shows its progress and findings.",
        answers={202: schema.answer(CheckSerializer, "A worker will.")},
        operation_id="queue_check",
    )
    def post(self, request: Request) -> Response:
        consistency.request(self.user)
        check = CheckSerializer(figures.last_check()).data
        return Response(check, status=status.HTTP_202_ACCEPTED)
