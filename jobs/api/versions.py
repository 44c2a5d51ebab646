"""The versions of a photo: the ways it was colored, and which of them is in use."""

import uuid
from dataclasses import replace

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.api.serializers import StrictSerializer
from jobs import errors
from jobs.api.base import View
from jobs.api.fields import GeometryField, HintsField
from jobs.api.new_jobs import MAX_NETWORK_SIZE, MIN_NETWORK_SIZE
from jobs.models import Job, State
from jobs.photos import versions
from jobs.serializers.jobs import JobSerializer
from jobs.serializers.photos import PhotoSerializer, VersionsSerializer
from jobs.storage import access


class NewVersion(StrictSerializer):
    """How to color a photo; what is left out is as in the version in use."""

    model = serializers.CharField(
        max_length=80,
        allow_blank=True,
        required=False,
        help_text="As of `jobs/`; empty: the one in service.",
    )
    network_size = serializers.IntegerField(
        min_value=MIN_NETWORK_SIZE, max_value=MAX_NETWORK_SIZE, allow_null=True, required=False
    )
    hints = HintsField(required=False)
    geometry = GeometryField(required=False)

    def recipe(self, basis: Job) -> versions.Recipe:
        """What the version is to be made with."""
        usual = versions.recipe_of(basis)
        data = self.validated_data
        if "hints" in data:
            data["hints"] = tuple(data["hints"])
        return replace(usual, **data)


class Versions(View):
    makes_jobs = True

    @schema.endpoint(
        "The versions of a photo, the newest first",
        answers={200: schema.answer(VersionsSerializer, "All of them.")},
        codes=["not_found"],
        operation_id="photos_versions",
        tags=["photos"],
    )
    def get(self, request: Request, photo_id: uuid.UUID) -> Response:
        photo = access.own_photo(self.visitor, photo_id)
        jobs = access.jobs_of(self.visitor).filter(photo=photo, state=State.SUCCEEDED)
        found = {"version": photo.version_id, "results": jobs}
        return Response(VersionsSerializer(found, context=self.context).data)

    @schema.endpoint(
        "Color a photo in another way",
        description=(
            "Queues a job; its colors come into use when they are there, and those before them "
            "stay. A photo has no two versions alike: asked for one that is there, or on its way, "
            "this answers with it and, if it is finished, uses it. It needs no `Idempotency-Key`."
        ),
        request=NewVersion,
        answers={
            200: schema.answer(JobSerializer, "There is one like this: its job."),
            201: schema.answer(JobSerializer, "The new job."),
        },
        codes=[
            *(*schema.BY_COOKIE, *schema.OF_BODIES, "not_found", *errors.OF_LIMITS),
            *("null", "min_value", "max_value", "max_string_length", "unknown_model"),
            "model_archived",
            *("invalid_hint", "hints_unsupported", "invalid_geometry"),
        ],
        parameters=[schema.header("Location", "The job's address.", response=[200, 201])],
        operation_id="photos_versions_create",
        tags=["photos"],
    )
    def post(self, request: Request, photo_id: uuid.UUID) -> Response:
        photo = access.own_photo(self.visitor, photo_id)
        new = NewVersion(data=request.data)
        new.is_valid(raise_exception=True)
        recipe = new.recipe(versions.basis_of(photo))
        try:
            job, is_new = versions.make(photo, self.visitor, recipe)
        except LookupError as error:
            raise serializers.ValidationError(
                {"model": str(error)}, code="unknown_model"
            ) from error
        answer = self.data(self.job(job.pk))
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(answer, status=code, headers={"Location": answer["urls"]["self"]})


class VersionDetailView(View):
    @schema.endpoint(
        "Delete a version",
        description="With its files, for good. The one that is in use cannot be deleted.",
        answers={204: OpenApiResponse(description="It is gone.")},
        codes=[*schema.BY_COOKIE, "not_found", "version_in_use"],
        operation_id="photos_versions_destroy",
        tags=["photos"],
    )
    def delete(self, request: Request, photo_id: uuid.UUID, job_id: uuid.UUID) -> Response:
        versions.delete(access.own_version(self.visitor, photo_id, job_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class UseVersion(View):
    @schema.endpoint(
        "Show a photo in a version",
        description="Everywhere at once: in the gallery, by links, in zips.",
        answers={200: schema.answer(PhotoSerializer, "The photo.")},
        codes=[*schema.BY_COOKIE, "not_found"],
        operation_id="photos_versions_use",
        tags=["photos"],
    )
    def post(self, request: Request, photo_id: uuid.UUID, job_id: uuid.UUID) -> Response:
        versions.use(access.own_version(self.visitor, photo_id, job_id))
        photo = access.own_photo(self.visitor, photo_id)
        return Response(PhotoSerializer(photo, context=self.context).data)
