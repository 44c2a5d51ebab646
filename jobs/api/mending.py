"""Mending, live: what hints do to a photo's colors, and which colors fit a place of it.

A question to a worker that holds the network, not a job; saving the hints makes a version.
"""

import base64
import uuid
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.api.rates import Rate
from colorweb.api.serializers import StrictSerializer
from colorweb.errors import DomainError
from colorweb.http.timeouts import release_connection
from jobs.api.base import View
from jobs.api.fields import HintsField
from jobs.models import Job, Photo
from jobs.photos import versions
from jobs.queue import questions
from jobs.serializers.photos import SuggestionsSerializer
from jobs.storage import access


class Question(StrictSerializer):
    """What is asked about a version of a photo."""

    version = serializers.UUIDField(
        required=False, help_text="A finished job of the photo; empty: the one in use."
    )
    hints = HintsField(default=list)


class SuggestionsQuestion(Question):
    x = serializers.FloatField(min_value=0, max_value=1, help_text="As of a hint.")
    y = serializers.FloatField(min_value=0, max_value=1)


class PreviewQuestion(Question):
    serial = serializers.IntegerField(
        min_value=0, help_text="Yours; the answer has it as `X-Serial`."
    )


CODES = (
    *(*schema.BY_COOKIE, *schema.OF_BODIES, "not_found", "null", "min_value", "max_value"),
    *("max_string_length", "no_result", "invalid_hint", "hints_unsupported", "no_worker"),
)


class MendingView(View):
    """A question of a photo's owner."""

    def get_throttles(self) -> list[Any]:
        self.rate = Rate("mend")
        return [self.rate]

    def ask(self, kind: str, photo_id: uuid.UUID, new: Question) -> Any:
        """The answer of a worker. Raises DomainError."""
        photo = access.own_photo(self.visitor, photo_id)
        new.is_valid(raise_exception=True)
        job = self._version(photo, new.validated_data.get("version"))
        if not versions.takes_hints(job):
            raise DomainError("hints_unsupported", name=job.model_name)
        data = new.validated_data
        chosen = {name: data[name] for name in ("hints", "x", "y") if name in data}
        release_connection()
        return questions.ask(kind, job.pk, **chosen)

    def _version(self, photo: Photo, version: uuid.UUID | None) -> Job:
        version = version or photo.version_id
        if version is None:
            raise DomainError("no_result")
        return access.own_version(self.visitor, photo.pk, version)


class Suggestions(MendingView):
    @schema.endpoint(
        "Colors that fit a place",
        description=(
            "What the network would find likely there, the likeliest first, up to eight. A worker "
            "answers within two seconds, or 503 `no_worker`."
        ),
        request=SuggestionsQuestion,
        answers={200: schema.answer(SuggestionsSerializer, "The colors.")},
        codes=CODES,
        operation_id="photos_suggestions",
        tags=["photos"],
    )
    def post(self, request: Request, photo_id: uuid.UUID) -> Response:
        colors = self.ask("suggestions", photo_id, SuggestionsQuestion(data=request.data))
        return Response({"colors": colors})


class Preview(MendingView):
    @schema.endpoint(
        "What hints do",
        description=(
            "The color maps of the photo with these hints, as `urls.colors` of a job has them. "
            "Nothing is kept: `POST versions/` with the same hints makes a version. A worker "
            "answers within two seconds, or 503 `no_worker`."
        ),
        request=PreviewQuestion,
        answers={
            (200, "image/png"): OpenApiResponse(OpenApiTypes.BINARY, description="The maps."),
        },
        codes=CODES,
        parameters=[schema.header("X-Serial", "The question's `serial`.", int, response=[200])],
        operation_id="photos_preview",
        tags=["photos"],
    )
    def post(self, request: Request, photo_id: uuid.UUID) -> HttpResponse:
        new = PreviewQuestion(data=request.data)
        maps = self.ask("preview", photo_id, new)
        headers = {"X-Serial": str(new.validated_data["serial"]), "Cache-Control": "no-store"}
        return HttpResponse(base64.b64decode(maps), content_type="image/png", headers=headers)
