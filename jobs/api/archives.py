"""Many photos' colors as one zip, made by a worker."""

import uuid
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.errors import DomainError
from jobs.api.base import View
from jobs.api.fields import CODES_OF_FILTERS, OwnFields, ReferenceFilter
from jobs.api.repeatable import CODES, KEY, Repeatable
from jobs.models import Archive
from jobs.photos import search
from jobs.results import archives
from jobs.serializers.batches import ArchivePageSerializer, ArchiveSerializer
from jobs.storage import access

MAX_IDS = 1000
CHOSEN_BY = ("photos", "jobs", "batches", "albums")


def _ids(text: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.UUIDField(),
        allow_empty=False,
        max_length=MAX_IDS,
        required=False,
        help_text=f"{text} Those that are not yours are left out.",
    )


class NewArchive(OwnFields):
    """Which photos to pack: one of these lists at least, each photo once."""

    photos = _ids("Ids of photos.")
    jobs = _ids("Ids of jobs, for their photos.")
    batches = _ids("Ids of batches, for all their photos.")
    albums = _ids("Ids of albums, for all their photos.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something has to be chosen."""
        if not attrs.keys() & set(CHOSEN_BY):
            message = _("Choose by photos, jobs, batches or albums.")
            raise serializers.ValidationError({"photos": message}, code="required")
        return attrs


class Archives(Repeatable):
    @schema.endpoint(
        "My zips, the newest first",
        parameters=[ReferenceFilter, *schema.PAGES],
        answers={200: schema.answer(ArchivePageSerializer, "A page.")},
        codes=CODES_OF_FILTERS,
        operation_id="archives_list",
        tags=["archives"],
    )
    def get(self, request: Request) -> Response:
        rows = ReferenceFilter(data=request.query_params).filter(access.archives_of(self.visitor))
        return self.page(rows, ArchiveSerializer)

    @schema.endpoint(
        "Pack many photos into one zip",
        description=(
            "A worker makes it: follow it at `Location` until its status is `ready`. It holds "
            "each photo as it is shown, in the folder in which it came, and is kept for a day; of "
            "your archives the five newest. `Idempotency-Key` is as for `jobs/`."
        ),
        request=NewArchive,
        answers={
            200: schema.answer(ArchiveSerializer, "This key came before: the archive, as it is."),
            202: schema.answer(ArchiveSerializer, "It is being made."),
        },
        codes=[
            *(*schema.BY_COOKIE, *schema.OF_BODIES, *CODES, "not_a_list", "empty"),
            *("too_many_photos", "no_result", "no_room"),
        ],
        parameters=[
            KEY,
            schema.header("Location", "The archive's address.", response=[200, 202]),
        ],
        operation_id="archives_create",
        tags=["archives"],
    )
    def post(self, request: Request) -> Response:
        new = NewArchive(data=request.data)
        new.is_valid(raise_exception=True)
        key = self.key("archive", new.validated_data)
        archive, is_new = self.once(Archive, lambda on_saved: self._make(new, on_saved), key)
        answer = ArchiveSerializer(archive, context=self.context).data
        code = status.HTTP_202_ACCEPTED if is_new else status.HTTP_200_OK
        return Response(answer, status=code, headers={"Location": answer["urls"]["self"]})

    def _make(self, new: NewArchive, on_saved: Callable[[Archive], None]) -> Archive:
        data = new.validated_data
        chosen = {name: data[name] for name in CHOSEN_BY if name in data}
        archive = archives.request(
            search.among(self.visitor, **chosen),
            self.visitor,
            reference=data["reference"],
            metadata=data["metadata"],
            on_saved=on_saved,
        )
        if archive is None:
            raise DomainError("no_result.chosen")
        return archive


class ArchiveDetailView(View):
    @schema.endpoint(
        "How far a zip has come",
        answers={200: schema.answer(ArchiveSerializer, "The archive.")},
        codes=["not_found"],
        operation_id="archives_retrieve",
        tags=["archives"],
    )
    def get(self, request: Request, archive_id: uuid.UUID) -> Response:
        archive = access.own_archive(self.visitor, archive_id)
        return Response(ArchiveSerializer(archive, context=self.context).data)
