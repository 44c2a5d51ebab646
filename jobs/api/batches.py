"""Many photos in one request."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation.trans_real import parse_accept_lang_header
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.errors import DomainError
from jobs import errors
from jobs.api.base import View
from jobs.api.fields import CODES_OF_FILTERS, ReferenceFilter
from jobs.api.new_jobs import NewBatch
from jobs.api.repeatable import KEY, Repeatable
from jobs.api.serializers import DeleteParams
from jobs.models import Batch, Photo
from jobs.photos import batch_ends, batches
from jobs.serializers.batches import (
    BatchPageSerializer,
    BatchSerializer,
    CreatedBatchSerializer,
)
from jobs.serializers.jobs import JobPageSerializer, JobSerializer
from jobs.storage import access


class Batches(Repeatable):
    makes_jobs = True

    @schema.endpoint(
        "My batches, the newest first",
        parameters=[ReferenceFilter, *schema.PAGES],
        answers={200: schema.answer(BatchPageSerializer, "A page.")},
        codes=CODES_OF_FILTERS,
        operation_id="batches_list",
        tags=["batches"],
    )
    def get(self, request: Request) -> Response:
        mine = Batch.objects.filter(access.batches_of(self.visitor))
        rows = ReferenceFilter(data=request.query_params).filter(mine)
        return self.page(rows, BatchSerializer, context=self._with_states)

    def _with_states(self, batches: Sequence[Batch]) -> dict[str, Any]:
        return {"states": access.states_of_batches(self.visitor, batches)}

    @schema.endpoint(
        "Color many photos",
        description=(
            "Takes up to 50 files as `image`; or as `archive` a zip of up to 10,000, or one file "
            "of up to 200 pages, which a worker unpacks. If they exceed a limit, nothing is "
            "stored; after that what is wrong with one is listed in `errors`, and the others go "
            "on. `Idempotency-Key` is as for `jobs/`."
        ),
        request={"multipart/form-data": NewBatch},
        answers={
            200: schema.answer(
                CreatedBatchSerializer, "This key came before: the batch, as it is now."
            ),
            201: schema.answer(CreatedBatchSerializer, "The photos are taken."),
            202: schema.answer(CreatedBatchSerializer, "The archive is taken."),
        },
        codes=[
            *schema.BY_COOKIE,
            *schema.OF_BODIES,
            *("invalid_choice", "min_value", "max_value", "max_string_length"),
            *("empty", "unknown_model", "url_refused", "renamed"),
            *(*errors.OF_ARCHIVES, *errors.OF_PHOTOS, "depth_unsupported"),
            "idempotency_conflict",
            *errors.OF_LIMITS,
            "storage_unavailable",
        ],
        parameters=[
            KEY,
            schema.header("Location", "The batch's address.", response=[200, 201, 202]),
        ],
        operation_id="batches_create",
        tags=["batches"],
    )
    def post(self, request: Request) -> Response:
        new = NewBatch(data=request.data)
        new.is_valid(raise_exception=True)
        archive, parts = new.validated_data.get("archive"), new.validated_data.get("image", [])
        key = self.key("batch", new.chosen, parts or [archive])
        batch, is_new = self.once(Batch, lambda on_saved: self._accept(new, on_saved), key)
        code: int = status.HTTP_201_CREATED if parts else status.HTTP_202_ACCEPTED
        if not is_new:
            batches.resume(batch, parts, self.visitor)
            code = status.HTTP_200_OK
        self.visitor.keep()
        batch.refresh_from_db()
        answer = CreatedBatchSerializer(batch, context=self.context).data
        return Response(answer, status=code, headers={"Location": answer["urls"]["self"]})

    def _accept(self, new: NewBatch, on_saved: Callable[[Batch], None]) -> Batch:
        public = new.validated_data["visibility"] == Photo.Visibility.PUBLIC
        language = first_language(self.request.headers.get("Accept-Language", ""))
        batch = batches.new(self.visitor, new.options, public=public, language=language)
        if parts := new.validated_data.get("image"):
            batches.accept_parts(parts, batch, self.visitor, on_saved)
            return batch
        try:
            batches.accept_archive(new.validated_data["archive"], batch, self.visitor, on_saved)
        except DomainError as error:
            if error.code not in (*errors.OF_ARCHIVES, *errors.OF_PHOTOS):
                raise
            raise ValidationError({"archive": error.message}, code=error.code) from error
        return batch


class BatchDetailView(View):
    @schema.endpoint(
        "A batch as it is now",
        answers={200: schema.answer(BatchSerializer, "The batch.")},
        codes=["not_found"],
        operation_id="batches_retrieve",
        tags=["batches"],
    )
    def get(self, request: Request, batch_id: uuid.UUID) -> Response:
        return Response(
            BatchSerializer(access.own_batch(self.visitor, batch_id), context=self.context).data
        )

    @schema.endpoint(
        "Delete a batch",
        description=(
            "No more of its files are taken, what waits or runs is canceled, and its photos are "
            "deleted as by `DELETE photos/{id}/`: an account's go to the trash. With `for_good`, "
            "and for guests, they are gone at once, those in the trash too."
        ),
        parameters=[DeleteParams],
        answers={204: OpenApiResponse(description="It is gone.")},
        codes=[*schema.BY_COOKIE, "invalid", "not_found"],
        operation_id="batches_destroy",
        tags=["batches"],
    )
    def delete(self, request: Request, batch_id: uuid.UUID) -> Response:
        params = DeleteParams(data=request.query_params)
        params.is_valid(raise_exception=True)
        batch_ends.delete(access.own_batch(self.visitor, batch_id), **params.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class BatchCancel(View):
    @schema.endpoint(
        "Cancel a batch",
        description=(
            "No more of its files are taken, and its jobs are canceled as by `jobs/{id}/cancel/`; "
            "what is colored already stays."
        ),
        answers={200: schema.answer(BatchSerializer, "The batch.")},
        codes=[*schema.BY_COOKIE, "not_found", "batch_ended"],
        operation_id="batches_cancel",
        tags=["batches"],
    )
    def post(self, request: Request, batch_id: uuid.UUID) -> Response:
        batch_ends.cancel(access.own_batch(self.visitor, batch_id))
        batch = access.own_batch(self.visitor, batch_id)
        return Response(BatchSerializer(batch, context=self.context).data)


class BatchJobs(View):
    @schema.endpoint(
        "The jobs of a batch, the newest first",
        parameters=[*schema.PAGES],
        answers={200: schema.answer(JobPageSerializer, "A page.")},
        codes=["not_found"],
        operation_id="batches_jobs",
        tags=["batches"],
    )
    def get(self, request: Request, batch_id: uuid.UUID) -> Response:
        jobs = access.jobs_of_batch(self.visitor, access.own_batch(self.visitor, batch_id))
        return self.page(jobs, JobSerializer)


def first_language(accepted: str) -> str:
    """The language that an Accept-Language header names first; empty without one."""
    languages = parse_accept_lang_header(accepted)
    return languages[0][0][:16] if languages else ""
