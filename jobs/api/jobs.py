"""Photos in, jobs out."""

import uuid
from collections.abc import Callable

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.api.parsers import JSON, Bytes, MultiPart, Picture
from colorweb.api.serializers import show
from colorweb.errors import DomainError
from colorweb.http.problems import CONTENT_TYPE
from jobs import errors
from jobs.api import etags, pictures
from jobs.api.base import View
from jobs.api.fields import CODES_OF_FILTERS
from jobs.api.new_jobs import NewJob, NewJobInJson
from jobs.api.repeatable import KEY, Repeatable
from jobs.api.serializers import DeleteParams, JobFilter
from jobs.models import Job, Photo
from jobs.photos import intake, trash, visibility
from jobs.queue import positions
from jobs.serializers.jobs import (
    UNSHOWN,
    CreatedJobSerializer,
    JobPageSerializer,
    JobSerializer,
)
from jobs.storage import access


class Jobs(Repeatable):
    """One's jobs; a new one for each photo posted."""

    makes_jobs = True
    leads_to_files = True
    parser_classes = (MultiPart, JSON, Picture, Bytes)

    @schema.endpoint(
        "My jobs, the newest first",
        parameters=[JobFilter, *schema.PAGES],
        answers={200: schema.answer(JobPageSerializer, "A page.")},
        codes=["invalid", "invalid_choice", *CODES_OF_FILTERS],
        operation_id="jobs_list",
    )
    def get(self, request: Request) -> Response:
        params = JobFilter(data=request.query_params)
        params.is_valid(raise_exception=True)
        filters = params.validated_data
        jobs = params.filter(access.jobs_of(self.visitor).defer(*UNSHOWN))
        if "id" in filters:
            jobs = jobs.filter(pk__in=filters["id"])
        if filters.get("status"):
            jobs = jobs.filter(state__in=filters["status"])
        # Those that are asked for by id are on one page.
        return self.page(jobs, JobSerializer, least=len(filters.get("id", [])))

    @schema.endpoint(
        "Color a photo",
        description=(
            "Takes the photo and queues it; follow the job by its `urls`, or wait for it with "
            "`Prefer: wait=N`.\n\nWith an `Idempotency-Key` the request may be sent again after "
            "a cut: within 24 hours the same key with the same photo and options answers with "
            "the same job. A key belongs to its sender, so a guest needs a token first "
            "(`GET me/`).\n\nWith `Accept: image/*` the answer is the colored photo itself, within "
            "`Prefer: wait=N` (30 without it). A body of `image/*` or `application/octet-stream` "
            "is the photo, without options."
        ),
        request={
            "multipart/form-data": NewJob,
            "application/json": NewJobInJson,
            "image/*": OpenApiTypes.BINARY,
            "application/octet-stream": OpenApiTypes.BINARY,
        },
        answers={
            (200, "image/*"): OpenApiResponse(
                OpenApiTypes.BINARY, "The colored photo, for who asked for it by `Accept`."
            ),
            200: schema.answer(
                CreatedJobSerializer,
                "This key came before: the job it made, as it is now.",
            ),
            201: schema.answer(CreatedJobSerializer, "The photo is taken."),
            202: schema.answer(
                CreatedJobSerializer,
                "The photo is taken, but was not finished in the time of `Prefer: wait`.",
            ),
            (422, CONTENT_TYPE): schema.failure(
                "The job has failed, for who asked for the picture: `code` is that of its `error`.",
                "damaged",
                "worker_died",
            ),
        },
        codes=[
            *schema.BY_COOKIE,
            *schema.OF_BODIES,
            *errors.OF_PHOTOS,
            *("invalid_choice", "min_value", "max_value", "max_string_length"),
            *("blank", "null", "unknown_model", "url_refused", "url_intake_off", "url_unreachable"),
            *("invalid_hint", "hints_unsupported", "depth_unsupported", "renamed"),
            *("idempotency_conflict", "model_archived"),
            *errors.OF_LIMITS,
            *("too_many_fetches", "storage_unavailable"),
        ],
        parameters=[
            KEY,
            schema.header("Prefer", "`wait=N`: answer after the job's end, or N (up to 30) s."),
            schema.header("Location", "The job's address.", response=[200, 201, 202, 422]),
            schema.header("X-Job-Id", "Beside a picture: the job's id.", response=[200, 422]),
            schema.header("X-Guest-Token", "Beside a picture: `guest_token`.", response=[200, 422]),
        ],
        operation_id="jobs_create",
    )
    def post(self, request: Request) -> Response:
        in_json = str(request.content_type).startswith("application/json")
        new = (NewJobInJson if in_json else NewJob)(data=request.data)
        new.is_valid(raise_exception=True)
        options = new.validated_data
        options["format"] = pictures.format_for(request, options["format"], options["depth"])
        key = self.key("job", new.chosen, [new.identity])
        job, is_new = self.once(Job, lambda on_saved: self._accept(new, on_saved), key)
        self.visitor.keep()
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        answer = show(CreatedJobSerializer, job, self.context)
        return Response(answer, status=code, headers={"Location": answer["urls"]["self"]})

    def _accept(self, new: NewJob | NewJobInJson, on_saved: Callable[[Job], None]) -> Job:
        def publish(job: Job) -> None:
            chosen = new.validated_data["visibility"]
            if chosen != Photo.Visibility.PRIVATE:
                visibility.change(job.photo, chosen)
            on_saved(job)

        try:
            with new.upload(self.visitor) as upload:
                return intake.accept(upload, self.visitor, new.options, publish)
        except DomainError as error:
            if error.status != status.HTTP_400_BAD_REQUEST:
                raise
            raise ValidationError({new.photo_field: error.message}, code=error.code) from error


class JobDetailView(View):
    @schema.endpoint(
        "A job as it is now",
        description=(
            "To ask again and again costs next to nothing: send the answer's `ETag` back as "
            "`If-None-Match`, and 304 says that nothing has changed but `eta_seconds`."
        ),
        answers={
            200: schema.answer(JobSerializer, "The job."),
            304: OpenApiResponse(description="It is as it was."),
        },
        codes=["not_found"],
        parameters=[
            schema.header("If-None-Match", "The `ETag` of the last answer."),
            schema.header("ETag", "Of what the job says.", response=[200, 304]),
        ],
        operation_id="jobs_retrieve",
    )
    def get(self, request: Request, job_id: uuid.UUID) -> HttpResponseBase:
        job = self.job(job_id)
        places = positions.positions([job])
        tag = etags.of_job(job, request.get_host(), places.get(job.pk))
        answer = get_conditional_response(request, etag=tag)
        answer = answer or Response(self.data(job, positions=places))
        answer["ETag"] = tag
        return answer

    @schema.endpoint(
        "Delete a photo",
        description=(
            "The job's photo with everything made from it, other jobs included. An account's "
            "photo goes to the trash, where its owner alone finds it on the site's pages, and is "
            "deleted for good after the days that `docs/operations.md` sets (30); what waits or "
            "runs for it is canceled. With `for_good`, and for guests, it is gone at once."
        ),
        parameters=[DeleteParams],
        answers={204: OpenApiResponse(description="It is gone from everywhere but the trash.")},
        codes=[*schema.BY_COOKIE, "invalid", "not_found"],
        operation_id="jobs_destroy",
    )
    def delete(self, request: Request, job_id: uuid.UUID) -> Response:
        params = DeleteParams(data=request.query_params)
        params.is_valid(raise_exception=True)
        delete = trash.delete if params.validated_data["for_good"] else trash.put
        delete([self.job(job_id).photo])
        return Response(status=status.HTTP_204_NO_CONTENT)
