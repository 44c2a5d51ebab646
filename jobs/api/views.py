"""The REST API's views: thin, over the functions a shell would call."""

import uuid
from typing import Any

from django.shortcuts import redirect
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from colorweb.accounts.visitors import Visitor
from jobs import access, gallery, intake, states
from jobs.api.auth import UploadThrottle
from jobs.api.serializers import NewJob
from jobs.describe import absolute_from, describe
from jobs.models import Job, State
from jobs.words import in_words
from ml import catalog
from ml.resnet_gray.photos import PhotoError


class Conflict(APIException):
    """The job is in a state in which this cannot be done."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Newest(CursorPagination):
    """Newest first, by cursor: pages stay quick however many there are."""

    ordering = "-created_at"
    page_size = 50


class Published(CursorPagination):
    ordering = "-published_at"
    page_size = 50


class View(APIView):
    """Knows the visitor and speaks of jobs."""

    def job(self, job_id: uuid.UUID) -> Job:
        """The visitor's own job; somebody else's is not found."""
        return access.own_job(self.visitor, job_id)

    @property
    def visitor(self) -> Visitor:
        visitor: Visitor = self.request.visitor  # type: ignore[attr-defined]
        return visitor

    def told(self, job: Job) -> dict[str, Any]:
        return describe(job, absolute_from(self.request.get_host()))


class Jobs(View):
    """One's jobs; a new one for each photo posted."""

    def get_throttles(self) -> list[Any]:
        return [UploadThrottle()] if self.request.method == "POST" else []

    def get(self, request: Request) -> Response:
        pages = Newest()
        jobs = access.jobs_of(self.visitor)
        page = pages.paginate_queryset(jobs, request, view=self)
        return pages.get_paginated_response([self.told(job) for job in page or ()])

    def post(self, request: Request) -> Response:
        new = NewJob(data=request.data)
        new.is_valid(raise_exception=True)
        try:
            job = intake.accept(new.validated_data["image"], self.visitor, new.options)
        except PhotoError as error:
            raise ValidationError({"image": in_words(error)}, code=error.code) from error
        if new.validated_data["visibility"] == "public":
            gallery.publish_when_done(job.photo)
        self.visitor.keep()
        answer = self.told(job)
        if self.visitor.is_new:
            answer["guest_token"] = self.visitor.token
        headers = {"Location": answer["urls"]["self"]}
        return Response(answer, status=status.HTTP_201_CREATED, headers=headers)


class OneJob(View):
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        return Response(self.told(self.job(job_id)))


class Cancel(View):
    """Cancels at once what waits; a running job stops at its next stage."""

    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        job = self.job(job_id)
        try:
            states.request_cancel(job)
        except states.Refused as error:
            raise Conflict(_("This job has ended already."), code="job_ended") from error
        return Response(self.told(self.job(job_id)))


class Retry(View):
    """Queues the same photo and options again, as a new job."""

    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        job = self.job(job_id)
        if job.state not in (State.FAILED, State.CANCELED):
            raise Conflict(
                _("Only a failed or cancelled job can be tried again."), code="job_not_ended"
            )
        answer = self.told(intake.retry(job, self.visitor))
        headers = {"Location": answer["urls"]["self"]}
        return Response(answer, status=status.HTTP_201_CREATED, headers=headers)


class Result(View):
    """Leads to the full-size file."""

    def get(self, request: Request, job_id: uuid.UUID) -> Any:
        job = access.visible_job(self.visitor, job_id)
        if job.state != State.SUCCEEDED:
            raise Conflict(_("There is no result yet."), code="no_result")
        return redirect(self.told(job)["urls"]["result"])


class Gallery(View):
    """Public photos, the newest first."""

    def get(self, request: Request) -> Response:
        pages = Published()
        page = pages.paginate_queryset(gallery.public_jobs(), request, view=self)
        return pages.get_paginated_response([self.told(job) for job in page or ()])


class Models(View):
    """The networks one can choose from."""

    def get(self, request: Request) -> Response:
        default = catalog.card("")["name"]
        keys = ("name", "title", "architecture", "default_size")
        return Response(
            {
                "results": [
                    {key: card.get(key) for key in keys} | {"default": card["name"] == default}
                    for card in catalog.shipped()
                ]
            }
        )
