"""Photos: what is written about them, who sees them, and their look."""

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.api.serializers import StrictSerializer
from colorweb.errors import DomainError
from jobs.api.base import View
from jobs.api.fields import CODES_OF_FILTERS, MadeFilter
from jobs.api.serializers import DeleteParams
from jobs.models import Look, Photo
from jobs.photos import trash, visibility
from jobs.results import looks, words
from jobs.serializers.photos import PhotoPageSerializer, PhotoSerializer
from jobs.storage import access
from ml.imaging.vividness import CALM, STEPS, VIVID


class ChangedLook(StrictSerializer):
    vividness = serializers.FloatField(
        min_value=CALM, max_value=VIVID, required=False, help_text=f"{STEPS}."
    )
    tones = serializers.FloatField(
        min_value=0, max_value=1, required=False, help_text="How far faded tones are restored."
    )
    revision = serializers.IntegerField(
        min_value=0,
        required=False,
        help_text="The one you have seen: if another has come since, nothing is changed (412).",
    )


class ChangedPhoto(StrictSerializer):
    """What can be changed of a photo; what is left out stays."""

    title = serializers.CharField(max_length=200, allow_blank=True, required=False)
    alt = serializers.CharField(
        max_length=1000,
        allow_blank=True,
        required=False,
        help_text="What can be seen, for who does not see it.",
    )
    caption = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    taken = serializers.RegexField(
        words.TAKEN,
        max_length=10,
        allow_blank=True,
        required=False,
        help_text="1931, 1931-05 or 1931-05-12.",
    )
    people = serializers.ListField(
        child=serializers.CharField(max_length=100),
        max_length=words.MAX_PEOPLE,
        required=False,
        help_text="Names of who is in it.",
    )
    visibility = serializers.ChoiceField(
        Photo.Visibility.choices, required=False, help_text="Now, or once it is colored."
    )
    look = ChangedLook(required=False)

    def validate_taken(self, text: str) -> str:
        """Nothing but a date."""
        if text and not words.TAKEN.fullmatch(text):
            raise serializers.ValidationError(_("Write 1931, 1931-05 or 1931-05-12."), "invalid")
        return text


class Photos(View):
    @schema.endpoint(
        "My photos, the newest first",
        parameters=[MadeFilter, *schema.PAGES],
        answers={200: schema.answer(PhotoPageSerializer, "A page.")},
        codes=CODES_OF_FILTERS,
        operation_id="photos_list",
        tags=["photos"],
    )
    def get(self, request: Request) -> Response:
        mine = access.photos_of(self.visitor)
        return self.page(MadeFilter(data=request.query_params).filter(mine), PhotoSerializer)


class PhotoDetailView(View):
    @schema.endpoint(
        "A photo as it is now",
        answers={200: schema.answer(PhotoSerializer, "The photo.")},
        codes=["not_found"],
        operation_id="photos_retrieve",
        tags=["photos"],
    )
    def get(self, request: Request, photo_id: uuid.UUID) -> Response:
        return self._answer(photo_id)

    @schema.endpoint(
        "Change a photo",
        description=(
            "Its words, who sees it, and its look, which every place shows from then on: pages, "
            "links, previews, zips, `result/`. Files are made without the network; while one "
            "is made, the last finished one is served."
        ),
        request=ChangedPhoto,
        answers={200: schema.answer(PhotoSerializer, "The photo.")},
        codes=[
            *(*schema.BY_COOKIE, *schema.OF_BODIES, "not_found", "stale_revision"),
            *("invalid_choice", "min_value", "max_value", "max_string_length", "not_a_list"),
            *("null", "blank"),
        ],
        operation_id="photos_update",
        tags=["photos"],
    )
    def patch(self, request: Request, photo_id: uuid.UUID) -> Response:
        photo = access.own_photo(self.visitor, photo_id)
        new = ChangedPhoto(data=request.data)
        new.is_valid(raise_exception=True)
        data = new.validated_data
        with transaction.atomic():
            self._change_look(photo, data.get("look", {}))
            if written := {name: data[name] for name in words.COLUMNS if name in data}:
                words.write(photo, **written)
            if "visibility" in data:
                visibility.change(photo, data["visibility"])
        return self._answer(photo_id)

    @schema.endpoint(
        "Delete a photo",
        description=(
            "With everything made from it. An account's photo goes to the trash and is deleted "
            "for good after some days; with `for_good`, and for guests, it is gone at once."
        ),
        parameters=[DeleteParams],
        answers={204: OpenApiResponse(description="It is gone from everywhere but the trash.")},
        codes=[*schema.BY_COOKIE, "invalid", "not_found"],
        operation_id="photos_destroy",
        tags=["photos"],
    )
    def delete(self, request: Request, photo_id: uuid.UUID) -> Response:
        params = DeleteParams(data=request.query_params)
        params.is_valid(raise_exception=True)
        delete = trash.delete if params.validated_data["for_good"] else trash.put
        delete([access.own_photo(self.visitor, photo_id)])
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change_look(self, photo: Photo, look: dict[str, Any]) -> None:
        revision = look.pop("revision", None)
        if look and not looks.set_look(photo, Look(**photo.look._asdict() | look), revision):
            raise DomainError("stale_revision")

    def _answer(self, photo_id: uuid.UUID) -> Response:
        photo = access.own_photo(self.visitor, photo_id)
        return Response(PhotoSerializer(photo, context=self.context).data)
