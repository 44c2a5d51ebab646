"""Photos in, jobs out."""

import uuid

from django.db import IntegrityError
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import access, gallery, idempotency, intake
from jobs.api import examples, schema, shapes
from jobs.api.base import Newest, View
from jobs.api.errors import Conflict, TooManyBytes
from jobs.api.serializers import NewJob, WhichJobs
from jobs.models import Job, Photo
from jobs.words import in_words
from ml.resnet_gray.photos import PhotoError

LONGEST_KEY = 255


class Jobs(View):
    """One's jobs; a new one for each photo posted."""

    makes_jobs = True

    @schema.endpoint(
        "My jobs, the newest first",
        parameters=[WhichJobs, schema.CURSOR],
        answers={200: schema.answer(shapes.JobPageSerializer, "A page.", examples.PAGE)},
        codes=["invalid", "invalid_choice", "max_length", "not_found"],
        operation_id="jobs_list",
    )
    def get(self, request: Request) -> Response:
        which = WhichJobs(data=request.query_params)
        which.is_valid(raise_exception=True)
        wanted = which.validated_data
        jobs = access.jobs_of(self.visitor)
        if "id" in wanted:
            jobs = jobs.filter(pk__in=wanted["id"])
        if wanted.get("status"):
            jobs = jobs.filter(state__in=wanted["status"])
        pages = Newest()
        page = pages.paginate_queryset(jobs, request, view=self)
        return pages.get_paginated_response([self.told(job) for job in page or ()])

    @schema.endpoint(
        "Colour a photo",
        description=(
            "Takes the photo and queues it; follow the job by its `urls`, or wait for it with "
            "`Prefer: wait=N`.\n\nWith an `Idempotency-Key` the request may be sent again after "
            "a cut: within 24 hours the same key with the same photo and options answers with "
            "the same job. Keys belong to whoever sends them, so a guest needs a token first "
            "(`GET me/`)."
        ),
        request={"multipart/form-data": NewJob},
        answers={
            200: schema.answer(
                shapes.CreatedJobSerializer,
                "This key came before: the job it made, as it is now.",
                examples.SUCCEEDED,
            ),
            201: schema.answer(
                shapes.CreatedJobSerializer, "The photo is taken.", examples.CREATED
            ),
            202: schema.answer(
                shapes.CreatedJobSerializer,
                "The photo is taken, but was not finished in the time of `Prefer: wait`.",
                examples.CREATED,
            ),
        },
        codes=[
            *schema.BY_COOKIE,
            *schema.OF_BODIES,
            *schema.OF_PHOTOS,
            *("invalid_choice", "min_value", "max_value", "max_string_length", "unknown_model"),
            "idempotency_conflict",
            *schema.OF_LIMITS,
        ],
        parameters=[
            schema.header("Idempotency-Key", "At most 255 printable ASCII characters."),
            schema.header("Prefer", "`wait=N`: answer after the job's end, or N (up to 30) s."),
            schema.header("Location", "The job's address.", response=[200, 201, 202]),
        ],
        operation_id="jobs_create",
    )
    def post(self, request: Request) -> Response:
        new = NewJob(data=request.data)
        new.is_valid(raise_exception=True)
        key = self._key(new)
        job = self._earlier(key)
        if job:
            return self._answer(job, status.HTTP_200_OK)
        try:
            job = self._accept(new, key)
        except IntegrityError:  # a twin of this request was quicker
            job = self._earlier(key)
            if not job:
                raise
            return self._answer(job, status.HTTP_200_OK)
        return self._answer(job, status.HTTP_201_CREATED)

    def _answer(self, job: Job, code: int) -> Response:
        self.visitor.keep()
        answer = self.told(job)
        if self.visitor.is_new:
            answer["guest_token"] = self.visitor.token
        return Response(answer, status=code, headers={"Location": answer["urls"]["self"]})

    def _key(self, new: NewJob) -> idempotency.Key | None:
        name = self.request.headers.get("Idempotency-Key")
        if name is None:
            return None
        if not 0 < len(name) <= LONGEST_KEY or not (name.isascii() and name.isprintable()):
            raise ValidationError(
                {"Idempotency-Key": _("Send 1 to 255 printable ASCII characters.")}
            )
        wishes = {wish: value for wish, value in new.validated_data.items() if wish != "image"}
        return idempotency.key(self.visitor, name, new.validated_data["image"], wishes)

    def _earlier(self, key: idempotency.Key | None) -> Job | None:
        try:
            return key.earlier() if key else None
        except idempotency.OtherRequest as error:
            raise Conflict(
                _("This Idempotency-Key came before with another photo or other options."),
                code="idempotency_conflict",
            ) from error

    def _accept(self, new: NewJob, key: idempotency.Key | None) -> Job:
        def note(job: Job) -> None:
            if new.validated_data["visibility"] == Photo.Visibility.PUBLIC:
                gallery.publish_when_done(job.photo)
            if key:
                key.remember(job)

        try:
            return intake.accept(new.validated_data["image"], self.visitor, new.options, note)
        except PhotoError as error:
            if error.code == TooManyBytes.default_code:
                raise TooManyBytes(in_words(error)) from error
            raise ValidationError({"image": in_words(error)}, code=error.code) from error


class OneJob(View):
    @schema.endpoint(
        "A job as it is now",
        answers={
            200: schema.answer(
                shapes.JobSerializer, "The job.", examples.SUCCEEDED, examples.QUEUED
            )
        },
        codes=["not_found"],
        operation_id="jobs_retrieve",
    )
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        return Response(self.told(self.job(job_id)))

    @schema.endpoint(
        "Delete a photo",
        description="Deletes the job's photo with everything made from it, other jobs included.",
        answers={204: OpenApiResponse(description="It is gone.")},
        codes=[*schema.BY_COOKIE, "not_found"],
        operation_id="jobs_destroy",
    )
    def delete(self, request: Request, job_id: uuid.UUID) -> Response:
        intake.discard(self.job(job_id).photo)
        return Response(status=status.HTTP_204_NO_CONTENT)
