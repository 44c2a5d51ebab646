"""Many photos' colors as one zip, made by a worker."""

import uuid

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.errors import DomainError
from jobs.api.base import View
from jobs.api.fields import OwnFields, ReferenceFilter
from jobs.results import archives
from jobs.serializers.batches import ArchivePageSerializer, ArchiveSerializer
from jobs.storage import access

MAX_PHOTOS = 1000


class NewArchive(OwnFields):
    """Which photos to pack."""

    photos = serializers.ListField(
        child=serializers.UUIDField(),
        allow_empty=False,
        max_length=MAX_PHOTOS,
        help_text="Their ids (`photo.id` of a job). Those that are not yours are left out.",
    )


class Archives(View):
    @schema.endpoint(
        "My zips, the newest first",
        parameters=[ReferenceFilter, schema.CURSOR],
        answers={200: schema.answer(ArchivePageSerializer, "A page.")},
        codes=["max_length"],
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
            "each photo as it is shown and is kept for a day; of your archives the five newest."
        ),
        request=NewArchive,
        answers={202: schema.answer(ArchiveSerializer, "It is being made.")},
        codes=[*schema.BY_COOKIE, *schema.OF_BODIES, "not_a_list", "empty", "no_result", "no_room"],
        parameters=[
            schema.header("Location", "The archive's address.", response=[202]),
        ],
        operation_id="archives_create",
        tags=["archives"],
    )
    def post(self, request: Request) -> Response:
        new = NewArchive(data=request.data)
        new.is_valid(raise_exception=True)
        options = new.validated_data
        photos = access.photos_of(self.visitor).filter(pk__in=options.pop("photos"))
        archive = archives.request(photos, self.visitor, **options)
        if archive is None:
            raise DomainError("no_result.chosen")
        answer = ArchiveSerializer(archive, context=self.context).data
        headers = {"Location": answer["urls"]["self"]}
        return Response(answer, status=status.HTTP_202_ACCEPTED, headers=headers)


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
