"""Many photos in one request."""

import uuid
from typing import Any

from django.db import IntegrityError
from django.db.models import Count, QuerySet
from django.http import Http404
from django.urls import reverse
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.dates import iso
from colorweb.errors import DomainError
from jobs import errors
from jobs.api import examples, shapes
from jobs.api.base import View
from jobs.api.new_jobs import NewBatch
from jobs.api.repeatable import Repeatable
from jobs.models import Batch, Job, Photo, State
from jobs.photos import batches, idempotency
from jobs.storage import access


class Batches(Repeatable):
    makes_jobs = True

    @schema.endpoint(
        "Color many photos",
        description=(
            "Takes up to 50 files as `image`, or a zip of up to 10,000 as `archive`, which a "
            "worker unpacks. There is room for all of them, or nothing is kept; after that what "
            "is wrong with one is told in `errors`, and the others go on. `Idempotency-Key` is "
            "as for `jobs/`."
        ),
        request={"multipart/form-data": NewBatch},
        answers={
            200: schema.answer(
                shapes.CreatedBatchSerializer, "This key came before: the batch, as it is now."
            ),
            201: schema.answer(
                shapes.CreatedBatchSerializer, "The photos are taken.", examples.BATCH
            ),
            202: schema.answer(shapes.CreatedBatchSerializer, "The zip is taken."),
        },
        codes=[
            *schema.BY_COOKIE,
            *schema.OF_BODIES,
            *("invalid_choice", "min_value", "max_value", "max_string_length"),
            *("empty", "unknown_model", "url_refused"),
            *errors.OF_ZIPS,
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
        batch = batches.new(self.visitor, new.options, public=public)

        def on_saved(batch: Batch) -> None:
            if key:
                key.remember(batch)

        if parts := new.validated_data.get("image"):
            batches.accept_parts(parts, batch, self.visitor, on_saved)
            return self._answer(batch, status.HTTP_201_CREATED)
        try:
            batches.accept_zip(new.validated_data["archive"], batch, self.visitor, on_saved)
        except DomainError as error:
            if error.code not in errors.OF_ZIPS:
                raise
            raise ValidationError({"archive": error.message}, code=error.code) from error
        return self._answer(batch, status.HTTP_202_ACCEPTED)

    def _answer(self, batch: Batch, code: int) -> Response:
        self.visitor.keep()
        batch.refresh_from_db()
        answer = told(self, batch)
        if self.visitor.is_new:
            answer["guest_token"] = self.visitor.token
        return Response(answer, status=code, headers={"Location": answer["urls"]["self"]})


class OneBatch(View):
    @schema.endpoint(
        "A batch as it is now",
        answers={200: schema.answer(shapes.BatchSerializer, "The batch.", examples.BATCH)},
        codes=["not_found"],
        operation_id="batches_retrieve",
        tags=["batches"],
    )
    def get(self, request: Request, batch_id: uuid.UUID) -> Response:
        return Response(told(self, own(self, batch_id)))


class BatchJobs(View):
    @schema.endpoint(
        "The jobs of a batch, the newest first",
        parameters=[schema.CURSOR],
        answers={200: schema.answer(shapes.JobPageSerializer, "A page.", examples.PAGE)},
        codes=["not_found"],
        operation_id="batches_jobs",
        tags=["batches"],
    )
    def get(self, request: Request, batch_id: uuid.UUID) -> Response:
        return self.page(jobs_of(self, own(self, batch_id)), self.told_all)


def own(view: View, batch_id: uuid.UUID) -> Batch:
    """A batch of the visitor's own; anybody else's is not found."""
    batch = Batch.objects.filter(access.batches_of(view.visitor), pk=batch_id).first()
    if batch is None:
        raise Http404
    return batch


def jobs_of(view: View, batch: Batch) -> QuerySet[Job]:
    """One job for each photo of a batch: of those that were retried only the last."""
    return access.jobs_of(view.visitor).filter(batch=batch, retries=None)


def told(view: View, batch: Batch) -> dict[str, Any]:
    """A batch as the API describes it."""
    jobs = jobs_of(view, batch).order_by()
    counted = dict(jobs.values_list("state").annotate(Count("pk")))
    return {
        "id": str(batch.pk),
        "status": batch.state,
        "photos": batch.entries,
        "unpacked": batch.unpacked,
        "jobs": {state: counted.get(state, 0) for state in State.values},
        "refused": batch.refused,
        "errors": batch.refusals,
        "urls": {
            "self": view.absolute(reverse("api-batch", args=[batch.pk])),
            "jobs": view.absolute(reverse("api-batch-jobs", args=[batch.pk])),
        },
        "created_at": iso(batch.created_at),
    }
