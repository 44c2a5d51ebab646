"""Links that show a photo or an album to anyone who has them."""

import uuid
from datetime import timedelta

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.api.serializers import StrictSerializer
from colorweb.http import caching
from jobs.api.base import View
from jobs.models import Album, Photo
from jobs.serializers.photos import ShareLinkSerializer, ShareLinksSerializer
from jobs.sharing import links
from jobs.storage import access

MAX_DAYS = 3650


class NewLink(StrictSerializer):
    """A link to be made."""

    days = serializers.IntegerField(
        min_value=1,
        max_value=MAX_DAYS,
        default=None,
        allow_null=True,
        help_text="How long it works; null: until you revoke it.",
    )
    password = serializers.CharField(
        max_length=200,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        write_only=True,
        help_text="Asked of who opens it; empty: none.",
    )
    sender = serializers.CharField(
        max_length=100, default="", allow_blank=True, help_text="Who sends it, as you write it."
    )
    message = serializers.CharField(
        max_length=1000, default="", allow_blank=True, help_text="To who opens it."
    )
    originals = serializers.BooleanField(default=True, help_text="It shows the photos before, too.")
    downloads = serializers.BooleanField(
        default=True, help_text="Full-size files may be downloaded."
    )


class NewAlbumLink(NewLink):
    """A link to an album to be made."""

    contributions = serializers.BooleanField(
        default=False, help_text="Who opens it may add photos; you accept them first."
    )


class Links(View):
    """The links to one thing; subclasses say to what, and what a new one may be."""

    new_link = NewLink

    def shared(self, key: uuid.UUID) -> Photo | Album:
        """The visitor's own thing. Raises Http404."""
        raise NotImplementedError

    def list(self, key: uuid.UUID) -> Response:
        """Those that are alive."""
        found = {"results": links.of(self.shared(key))}
        answer = ShareLinksSerializer(found, context=self.context).data
        return Response(answer, headers={"Cache-Control": caching.NO_STORE})

    def make(self, key: uuid.UUID) -> Response:
        """A new one."""
        shared = self.shared(key)
        new = self.new_link(data=self.request.data)
        new.is_valid(raise_exception=True)
        days = new.validated_data.pop("days")
        lasts = timedelta(days=days) if days else None
        link = links.make(shared, lasts=lasts, **new.validated_data)
        answer = ShareLinkSerializer(link, context=self.context).data
        return Response(answer, status=status.HTTP_201_CREATED)

    def revoke(self, key: uuid.UUID, link_id: int) -> Response:
        """End one."""
        if not links.revoke(self.shared(key), link_id):
            raise Http404("no such link")
        return Response(status=status.HTTP_204_NO_CONTENT)


class OfPhoto(Links):
    def shared(self, key: uuid.UUID) -> Photo:
        return access.own_photo(self.visitor, key)


class OfAlbum(Links):
    new_link = NewAlbumLink

    def shared(self, key: uuid.UUID) -> Album:
        return access.own_album(self.visitor, key)


CODES = (
    *(*schema.BY_COOKIE, *schema.OF_BODIES, "not_found", "too_many_links"),
    *("null", "min_value", "max_value", "max_string_length"),
)
LISTED = {200: schema.answer(ShareLinksSerializer, "Those that are alive.")}
MADE = {201: schema.answer(ShareLinkSerializer, "The link.")}
REVOKED = {204: OpenApiResponse(description="It opens nothing any more.")}


class PhotoLinks(OfPhoto):
    @schema.endpoint(
        "The links to a photo",
        answers=LISTED,
        codes=["not_found"],
        operation_id="photos_links",
        tags=["photos"],
    )
    def get(self, request: Request, photo_id: uuid.UUID) -> Response:
        return self.list(photo_id)

    @schema.endpoint(
        "Make a link to a photo",
        description=(
            "It shows the version in use with the photo's look, to anyone who has it."
            + schema.NO_KEY
        ),
        request=NewLink,
        answers=MADE,
        codes=[*CODES, "no_result"],
        operation_id="photos_links_create",
        tags=["photos"],
    )
    def post(self, request: Request, photo_id: uuid.UUID) -> Response:
        return self.make(photo_id)


class PhotoLinkDetailView(OfPhoto):
    @schema.endpoint(
        "Revoke a link to a photo",
        answers=REVOKED,
        codes=[*schema.BY_COOKIE, "not_found"],
        operation_id="photos_links_destroy",
        tags=["photos"],
    )
    def delete(self, request: Request, photo_id: uuid.UUID, link_id: int) -> Response:
        return self.revoke(photo_id, link_id)


class AlbumLinks(OfAlbum):
    @schema.endpoint(
        "The links to an album",
        answers=LISTED,
        codes=["not_found"],
        operation_id="albums_links",
        tags=["albums"],
    )
    def get(self, request: Request, album_id: uuid.UUID) -> Response:
        return self.list(album_id)

    @schema.endpoint(
        "Make a link to an album",
        description="It opens the album's photos whatever their visibility is." + schema.NO_KEY,
        request=NewAlbumLink,
        answers=MADE,
        codes=CODES,
        operation_id="albums_links_create",
        tags=["albums"],
    )
    def post(self, request: Request, album_id: uuid.UUID) -> Response:
        return self.make(album_id)


class AlbumLinkDetailView(OfAlbum):
    @schema.endpoint(
        "Revoke a link to an album",
        answers=REVOKED,
        codes=[*schema.BY_COOKIE, "not_found"],
        operation_id="albums_links_destroy",
        tags=["albums"],
    )
    def delete(self, request: Request, album_id: uuid.UUID, link_id: int) -> Response:
        return self.revoke(album_id, link_id)
