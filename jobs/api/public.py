"""What anybody may see: the gallery, and the models one can choose from."""

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.accounts.visitors import Visitor
from colorweb.api import schema
from colorweb.api.rates import Rate
from jobs.api.base import View
from jobs.api.serializers import GalleryFilter
from jobs.models import Photo
from jobs.serializers.gallery import LikesSerializer, ModelSerializer, ModelsSerializer
from jobs.serializers.jobs import JobPageSerializer, PublicJobSerializer
from jobs.sharing import gallery, likes
from jobs.storage import access
from ml.versions import registry


class Gallery(View):
    @schema.endpoint(
        "Published photos",
        parameters=[GalleryFilter, *schema.PAGES],
        answers={200: schema.answer(JobPageSerializer, "A page.")},
        codes=["invalid_choice"],
        operation_id="gallery_list",
        tags=["public"],
    )
    def get(self, request: Request) -> Response:
        params = GalleryFilter(data=request.query_params)
        params.is_valid(raise_exception=True)
        order = params.validated_data["order"]
        return self.page(
            gallery.public_photos(),
            PublicJobSerializer,
            order=gallery.ORDERS[order],
            convert=gallery.jobs_shown,
        )


class Like(View):
    lookups: ClassVar = {"photo_id": access.public_photo}

    @schema.endpoint(
        "Like a published photo",
        description="Counts once for each account and each guest, however often it is sent.",
        answers={200: schema.answer(LikesSerializer, "As it is now.")},
        codes=[*schema.BY_COOKIE, "not_found"],
        operation_id="gallery_like",
        tags=["public"],
    )
    def put(self, request: Request, photo_id: uuid.UUID) -> Response:
        return self._answer(likes.add, photo_id)

    @schema.endpoint(
        "Like a photo no longer",
        answers={200: schema.answer(LikesSerializer, "As it is now.")},
        codes=[*schema.BY_COOKIE, "not_found"],
        operation_id="gallery_unlike",
        tags=["public"],
    )
    def delete(self, request: Request, photo_id: uuid.UUID) -> Response:
        return self._answer(likes.remove, photo_id)

    def get_throttles(self) -> list[Any]:
        self.rate = Rate("like", self.visitor.network)
        return [self.rate]

    def _answer(self, change: Callable[[Visitor, Photo], None], photo_id: uuid.UUID) -> Response:
        photo = access.public_photo(self.visitor, photo_id)
        self.visitor.keep()
        change(self.visitor, photo)
        photo.refresh_from_db(fields=["likes"])
        liked = bool(likes.among(self.visitor, [photo_id]))
        return Response(LikesSerializer({"likes": photo.likes, "liked": liked}).data)


class Models(View):
    @schema.endpoint(
        "The networks one can choose from: in service, or offered",
        answers={200: schema.answer(ModelsSerializer, "All of them.")},
        operation_id="models_list",
        tags=["public"],
    )
    def get(self, request: Request) -> Response:
        return Response({"results": ModelSerializer(registry.lines(public=True), many=True).data})
