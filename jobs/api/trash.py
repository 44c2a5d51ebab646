"""The trash of an account: what it has deleted, to bring back or to delete for good."""

import uuid
from typing import ClassVar

from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from jobs.api.base import View
from jobs.photos import trash
from jobs.serializers.photos import (
    PhotoSerializer,
    TrashedPhotoSerializer,
    TrashPageSerializer,
)
from jobs.storage import access


class Trash(View):
    @schema.endpoint(
        "My trash, the newest there first",
        description="Guests have none: what they delete is gone.",
        parameters=schema.PAGES,
        answers={200: schema.answer(TrashPageSerializer, "A page.")},
        operation_id="trash_list",
        tags=["trash"],
    )
    def get(self, request: Request) -> Response:
        return self.page(trash.of(self.visitor), TrashedPhotoSerializer, order="-trashed_at")

    @schema.endpoint(
        "Empty the trash",
        description="Deletes for good all that lies in it, and frees the storage it takes.",
        answers={204: OpenApiResponse(description="It is empty.")},
        codes=schema.BY_COOKIE,
        operation_id="trash_empty",
        tags=["trash"],
    )
    def delete(self, request: Request) -> Response:
        trash.empty(self.visitor)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TrashedView(View):
    lookups: ClassVar = {"photo_id": trash.one_of}


class TrashedDetailView(TrashedView):
    @schema.endpoint(
        "A photo in the trash",
        answers={200: schema.answer(TrashedPhotoSerializer, "The photo.")},
        codes=["not_found"],
        operation_id="trash_retrieve",
        tags=["trash"],
    )
    def get(self, request: Request, photo_id: uuid.UUID) -> Response:
        photo = trash.one_of(self.visitor, photo_id)
        return Response(TrashedPhotoSerializer(photo, context=self.context).data)

    @schema.endpoint(
        "Delete a photo for good",
        description="With everything made from it, at once; its storage is free again.",
        answers={204: OpenApiResponse(description="It is gone.")},
        codes=[*schema.BY_COOKIE, "not_found"],
        operation_id="trash_destroy",
        tags=["trash"],
    )
    def delete(self, request: Request, photo_id: uuid.UUID) -> Response:
        trash.delete([trash.one_of(self.visitor, photo_id)])
        return Response(status=status.HTTP_204_NO_CONTENT)


class Restore(TrashedView):
    @schema.endpoint(
        "Bring a photo back",
        description="As it was: with its versions, albums, links and visibility.",
        answers={200: schema.answer(PhotoSerializer, "The photo.")},
        codes=[*schema.BY_COOKIE, "not_found"],
        operation_id="trash_restore",
        tags=["trash"],
    )
    def post(self, request: Request, photo_id: uuid.UUID) -> Response:
        photo = trash.one_of(self.visitor, photo_id)
        trash.restore(trash.of(self.visitor).filter(pk=photo.pk))
        found = access.own_photo(self.visitor, photo_id)
        return Response(PhotoSerializer(found, context=self.context).data)
