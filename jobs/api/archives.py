"""Many photos' colors as one zip, made by a worker."""

import uuid
from typing import Any

from django.urls import reverse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.dates import iso
from colorweb.errors import DomainError
from jobs.api.base import View
from jobs.models import Archive
from jobs.results import archives
from jobs.serializers.jobs import absolute_from
from jobs.storage import access

MOST = 1000


class NewArchive(serializers.Serializer):
    """Which photos to pack."""

    photos = serializers.ListField(
        child=serializers.UUIDField(),
        allow_empty=False,
        max_length=MOST,
        help_text="Their ids (`photo.id` of a job). Those that are not yours are left out.",
    )


class ArchiveUrlsSerializer(serializers.Serializer):
    self = serializers.URLField(help_text="This archive.")
    page = serializers.URLField(help_text="For people.")
    file = serializers.URLField(
        allow_null=True, help_text="The zip; knows `Range` and `ETag`. null until it is ready."
    )


class ArchiveSerializer(serializers.Serializer):
    """A zip with the newest colors of each photo."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(Archive.State.values, help_text="ready and failed are final.")
    done = serializers.IntegerField(help_text="Photos that are in it.")
    total = serializers.IntegerField(help_text="Photos that will be in it: those with colors.")
    bytes = serializers.IntegerField(allow_null=True, help_text="Of the zip; null until ready.")
    expires_at = serializers.DateTimeField(
        help_text="Then it is deleted; earlier if one of its photos is."
    )
    urls = ArchiveUrlsSerializer()


class ArchiveView(View):
    def told_archive(self, archive: Archive) -> dict[str, Any]:
        """An archive as this endpoint tells it."""
        absolute = absolute_from(self.request.get_host())
        ready = archive.state == Archive.State.READY
        return {
            "id": str(archive.pk),
            "status": archive.state,
            "done": archive.done,
            "total": archive.total,
            "bytes": archive.bytes if ready else None,
            "expires_at": iso(archive.expires_at),
            "urls": {
                "self": absolute(reverse("api-archive", args=[archive.pk])),
                "page": absolute(reverse("archive", args=[archive.pk])),
                "file": absolute(reverse("archive-file", args=[archive.pk])) if ready else None,
            },
        }


class Archives(ArchiveView):
    @schema.endpoint(
        "Pack many photos into one zip",
        description=(
            "A worker makes it: follow it at `Location` until its status is `ready`. It holds the "
            "newest colors of each photo and is kept for a day; of your archives the five newest."
        ),
        request=NewArchive,
        answers={202: schema.answer(ArchiveSerializer, "It is being made.")},
        codes=[*schema.BY_COOKIE, *schema.OF_BODIES, "not_a_list", "empty", "no_result"],
        parameters=[
            schema.header("Location", "The archive's address.", response=[202]),
        ],
        operation_id="archives_create",
        tags=["archives"],
    )
    def post(self, request: Request) -> Response:
        new = NewArchive(data=request.data)
        new.is_valid(raise_exception=True)
        photos = access.photos_of(self.visitor).filter(pk__in=new.validated_data["photos"])
        archive = archives.request(photos, self.visitor)
        if archive is None:
            raise DomainError("no_result.chosen")
        told = self.told_archive(archive)
        headers = {"Location": told["urls"]["self"]}
        return Response(told, status=status.HTTP_202_ACCEPTED, headers=headers)


class OneArchive(ArchiveView):
    @schema.endpoint(
        "How far a zip has come",
        answers={200: schema.answer(ArchiveSerializer, "The archive.")},
        codes=["not_found"],
        operation_id="archives_retrieve",
        tags=["archives"],
    )
    def get(self, request: Request, archive_id: uuid.UUID) -> Response:
        return Response(self.told_archive(access.own_archive(self.visitor, archive_id)))
