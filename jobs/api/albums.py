"""Albums: photos in an order, with one way of sharing."""

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.api.serializers import StrictSerializer
from jobs.api.base import View
from jobs.models import Album
from jobs.serializers.photos import (
    AlbumPageSerializer,
    AlbumPhotosSerializer,
    AlbumSerializer,
)
from jobs.sharing import albums
from jobs.storage import access, in_albums


class ChangedAlbum(StrictSerializer):
    """What can be changed of an album."""

    title = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    sort = serializers.ChoiceField(
        Album.Sort.choices,
        required=False,
        help_text="hand: as in `photos/`. taken: by the photos' dates. name: by file name.",
    )


class NewAlbum(ChangedAlbum):
    """An album to be made."""

    title = serializers.CharField(max_length=200)


class AlbumPhotos(StrictSerializer):
    """What an album is to hold."""

    photos = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=albums.MAX_PHOTOS,
        help_text="Ids of your photos in their order; those that are left out leave the album.",
    )


CODES = (*schema.BY_COOKIE, *schema.OF_BODIES, "blank", "null", "invalid_choice")


class AlbumView(View):
    """Answers with an album."""

    def _data(self, album_id: uuid.UUID) -> dict[str, Any]:
        album = access.own_album(self.visitor, album_id)
        return AlbumSerializer(album, context=self.context).data


class Albums(AlbumView):
    @schema.endpoint(
        "My albums, the newest first",
        parameters=[*schema.PAGES],
        answers={200: schema.answer(AlbumPageSerializer, "A page.")},
        operation_id="albums_list",
        tags=["albums"],
    )
    def get(self, request: Request) -> Response:
        return self.page(access.counted_albums_of(self.visitor), AlbumSerializer)

    @schema.endpoint(
        "Make an album",
        description=(
            "Without photos; put them in by `photos/`. A guest's end with its photos."
            + schema.NO_KEY
        ),
        request=NewAlbum,
        answers={201: schema.answer(AlbumSerializer, "The album.")},
        codes=[*CODES, "too_many_albums"],
        parameters=[schema.header("Location", "The album's address.", response=[201])],
        operation_id="albums_create",
        tags=["albums"],
    )
    def post(self, request: Request) -> Response:
        new = NewAlbum(data=request.data)
        new.is_valid(raise_exception=True)
        album = albums.make(self.visitor, **new.validated_data)
        self.visitor.keep()
        answer = self._data(album.pk)
        headers = {"Location": answer["urls"]["self"]}
        return Response(answer, status=status.HTTP_201_CREATED, headers=headers)


class AlbumDetailView(AlbumView):
    @schema.endpoint(
        "An album",
        answers={200: schema.answer(AlbumSerializer, "The album.")},
        codes=["not_found"],
        operation_id="albums_retrieve",
        tags=["albums"],
    )
    def get(self, request: Request, album_id: uuid.UUID) -> Response:
        return Response(self._data(album_id))

    @schema.endpoint(
        "Change an album",
        request=ChangedAlbum,
        answers={200: schema.answer(AlbumSerializer, "The album.")},
        codes=[*CODES, "not_found"],
        operation_id="albums_update",
        tags=["albums"],
    )
    def patch(self, request: Request, album_id: uuid.UUID) -> Response:
        album = access.own_album(self.visitor, album_id)
        new = ChangedAlbum(data=request.data)
        new.is_valid(raise_exception=True)
        for name, value in new.validated_data.items():
            setattr(album, name, value)
        album.save(update_fields=list(new.validated_data))
        return Response(self._data(album_id))

    @schema.endpoint(
        "Delete an album",
        description="And its links; its photos stay.",
        answers={204: OpenApiResponse(description="It is gone.")},
        codes=[*schema.BY_COOKIE, "not_found"],
        operation_id="albums_destroy",
        tags=["albums"],
    )
    def delete(self, request: Request, album_id: uuid.UUID) -> Response:
        access.own_album(self.visitor, album_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class AlbumPhotosView(View):
    @schema.endpoint(
        "The photos of an album, in its order",
        answers={200: schema.answer(AlbumPhotosSerializer, "All of them.")},
        codes=["not_found"],
        operation_id="albums_photos",
        tags=["albums"],
    )
    def get(self, request: Request, album_id: uuid.UUID) -> Response:
        return self._answer(access.own_album(self.visitor, album_id))

    @schema.endpoint(
        "Put photos into an album",
        description="All that it is to hold, in order. Ids that are not your photos are left out.",
        request=AlbumPhotos,
        answers={200: schema.answer(AlbumPhotosSerializer, "All of them.")},
        codes=[*CODES, "not_found", "not_a_list"],
        operation_id="albums_photos_set",
        tags=["albums"],
    )
    def put(self, request: Request, album_id: uuid.UUID) -> Response:
        album = access.own_album(self.visitor, album_id)
        new = AlbumPhotos(data=request.data)
        new.is_valid(raise_exception=True)
        albums.set_photos(album, self.visitor, new.validated_data["photos"])
        return self._answer(album)

    def _answer(self, album: Album) -> Response:
        found = {"results": in_albums.places_of(album)}
        return Response(AlbumPhotosSerializer(found, context=self.context).data)
