"""Photos in, jobs out."""

import uuid
from typing import Any

from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import access, gallery, intake
from jobs.api import examples, schema, shapes
from jobs.api.auth import UploadThrottle
from jobs.api.base import Newest, View
from jobs.api.errors import TooManyBytes
from jobs.api.serializers import NewJob
from jobs.models import Job
from jobs.words import in_words
from ml.resnet_gray.photos import PhotoError


class Jobs(View):
    """One's jobs; a new one for each photo posted."""

    def get_throttles(self) -> list[Any]:
        return [UploadThrottle()] if self.request.method == "POST" else []

    @schema.endpoint(
        "My jobs, the newest first",
        parameters=[schema.CURSOR],
        answers={200: schema.answer(shapes.JobPageSerializer, "A page.", examples.PAGE)},
        codes=["not_found"],
        operation_id="jobs_list",
    )
    def get(self, request: Request) -> Response:
        pages = Newest()
        jobs = access.jobs_of(self.visitor)
        page = pages.paginate_queryset(jobs, request, view=self)
        return pages.get_paginated_response([self.told(job) for job in page or ()])

    @schema.endpoint(
        "Colour a photo",
        description="Takes the photo and queues it; follow the job by its `urls`.",
        request={"multipart/form-data": NewJob},
        answers={
            201: schema.answer(
                shapes.CreatedJobSerializer, "The photo is taken and waits.", examples.CREATED
            )
        },
        codes=[
            *schema.BY_COOKIE,
            *schema.OF_BODIES,
            *schema.OF_PHOTOS,
            *("invalid_choice", "min_value", "max_value", "max_length", "unknown_model"),
        ],
        parameters=[schema.header("Location", "The job's address.", response=[201])],
        operation_id="jobs_create",
    )
    def post(self, request: Request) -> Response:
        new = NewJob(data=request.data)
        new.is_valid(raise_exception=True)
        job = self._accept(new)
        self.visitor.keep()
        answer = self.told(job)
        if self.visitor.is_new:
            answer["guest_token"] = self.visitor.token
        headers = {"Location": answer["urls"]["self"]}
        return Response(answer, status=status.HTTP_201_CREATED, headers=headers)

    def _accept(self, new: NewJob) -> Job:
        try:
            job = intake.accept(new.validated_data["image"], self.visitor, new.options)
        except PhotoError as error:
            if error.code == TooManyBytes.default_code:
                raise TooManyBytes(in_words(error)) from error
            raise ValidationError({"image": in_words(error)}, code=error.code) from error
        if new.validated_data["visibility"] == "public":
            gallery.publish_when_done(job.photo)
        return job


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
