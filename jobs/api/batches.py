"""Many photos in one request."""

import uuid

from django.db import IntegrityError
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.errors import DomainError
from jobs import errors
from jobs.api.base import View
from jobs.api.fields import ReferenceFilter
from jobs.api.new_jobs import NewBatch
from jobs.api.repeatable import Repeatable
from jobs.models import Batch, Photo
from jobs.photos import batches, idempotency
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
        parameters=[ReferenceFilter, schema.CURSOR],
        answers={200: schema.answer(BatchPageSerializer, "A page.")},
        codes=["max_length"],
        operation_id="batches_list",
        tags=["batches"],
    )
    def get(self, request: Request) -> Response:
        mine = Batch.objects.filter(access.batches_of(self.visitor))
        rows = ReferenceFilter(data=request.query_params).filter(mine)
        return self.page(rows, BatchSerializer)

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
            schema.header("Idempotency-Key", "At most 255 printable ASCII characters."),
            schema.header("Location", "The batch's address.", response=[200, 201, 202]),
        ],
        operation_id="batches_create",
        tags=["batches"],
    )
    def post(self, request: Request) -> Response:
        new = NewBatch(data=request.data)
        new.is_valid(raise_exception=True)
        archive, parts = new.validated_data.get("archive"), new.validated_data.get("image", [])
        key = self.key(new, parts or [archive], kind="batch")
        made = self._earlier(key)
        if made is None:
            try:
                return self._accept(new, key)
            except IntegrityError:  # a concurrent duplicate was quicker
                made = self._earlier(key)
                if made is None:
                    raise
        batches.resume(made, parts, self.visitor)
        return self._answer(made, status.HTTP_200_OK)

    def _earlier(self, key: idempotency.Key | None) -> Batch | None:
        made = self.earlier(key)
        return made if isinstance(made, Batch) else None

    def _accept(self, new: NewBatch, key: idempotency.Key | None) -> Response:
        public = new.validated_data["visibility"] == Photo.Visibility.PUBLIC
        language = first_language(self.request.headers.get("Accept-Language", ""))
        batch = batches.new(self.visitor, new.options, public=public, language=language)

        def on_saved(batch: Batch) -> None:
            if key:
                key.remember(batch)

        if parts := new.validated_data.get("image"):
            batches.accept_parts(parts, batch, self.visitor, on_saved)
            return self._answer(batch, status.HTTP_201_CREATED)
        try:
            batches.accept_archive(new.validated_data["archive"], batch, self.visitor, on_saved)
        except DomainError as error:
            if error.code not in (*errors.OF_ARCHIVES, *errors.OF_PHOTOS):
                raise
            raise ValidationError({"archive": error.message}, code=error.code) from error
        return self._answer(batch, status.HTTP_202_ACCEPTED)

    def _answer(self, batch: Batch, code: int) -> Response:
        self.visitor.keep()
        batch.refresh_from_db()
        answer = CreatedBatchSerializer(batch, context=self.context).data
        return Response(answer, status=code, headers={"Location": answer["urls"]["self"]})


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


class BatchJobs(View):
    @schema.endpoint(
        "The jobs of a batch, the newest first",
        parameters=[schema.CURSOR],
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
