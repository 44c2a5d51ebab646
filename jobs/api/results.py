"""The colored photo, as a job made it or as its look has it, or in another format or size."""

import uuid

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.errors import DomainError
from jobs.api.base import View
from jobs.api.serializers import FileParams
from jobs.models import Job, Look, Rendition, State
from jobs.results import renditions
from jobs.serializers.addresses import absolute
from jobs.serializers.jobs import RenditionSerializer
from jobs.storage import access

RETRY_AFTER = 1
"""Seconds until it is worth asking again for a file that is being made."""


class ResultView(View):
    """Leads to a file of a finished job."""

    leads_to_files = True

    codes = (
        *("not_found", "no_result", "invalid", "invalid_choice", "min_value", "max_value"),
        *("max_string_length", "renamed", "owners_only", "rendition_failed", "too_many_waiting"),
        *("storage_full", "no_room", "storage_unavailable", "depth_unsupported"),
    )
    parameters = (
        FileParams,
        schema.header("Location", "The file's address.", response=[302]),
        schema.header("Retry-After", "Seconds.", int, response=[202]),
    )
    answers = {
        302: OpenApiResponse(description="The file is at `Location`."),
        202: schema.answer(RenditionSerializer, "It is being made."),
    }

    def answer(self, job: Job, usual: Look) -> HttpResponseBase:
        """Where the file is that the request asks for, by default with the look `usual`."""
        params = FileParams(data=self.request.query_params)
        params.is_valid(raise_exception=True)
        options = params.validated_data
        if job.state != State.SUCCEEDED:
            raise DomainError("no_result")
        keep = options.pop("keep_metadata")
        if not options and not keep and usual == job.look:
            path = reverse("file", args=[job.pk, "result"])
            return redirect(absolute(self.request.get_host(), path))
        wanted = {
            "format": options.get("format"),
            "depth": options.get("depth"),
            "look": usual._replace(**{n: options[n] for n in Look._fields if n in options}),
            "long_side": options.get("long_side"),
            "keep_metadata": keep,
        }
        if not access.may_request(self.visitor, job, **wanted):
            raise PermissionDenied(_("Only the photo's owner can open this."), "owners_only")
        rendition = renditions.request(job, self.visitor, **wanted)
        return self._answer(rendition)

    def _answer(self, rendition: Rendition) -> HttpResponseBase:
        if rendition.state == Rendition.State.READY:
            path = reverse("rendition", args=[rendition.job_id, rendition.pk])
            return redirect(absolute(self.request.get_host(), path))
        if rendition.state == Rendition.State.FAILED:
            raise DomainError("rendition_failed", why=rendition.error_text)
        return Response(
            RenditionSerializer(rendition).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Retry-After": str(RETRY_AFTER)},
        )


class Result(ResultView):
    @schema.endpoint(
        "The colored photo, as the job made it",
        description=(
            "Leads to the full-size file, which knows `Range` and `ETag`. With parameters to the "
            "same colors in another format, size or vividness: 202 while that file is made, which "
            "takes no network; ask again after `Retry-After`. Metadata of the camera is the "
            "owner's alone; of others' published photos anybody has the formats, sizes (4096, 2048 "
            "and 1024) and vividnesses that the page offers, counted to who asks."
        ),
        answers=ResultView.answers,
        codes=ResultView.codes,
        parameters=ResultView.parameters,
        operation_id="jobs_result",
    )
    def get(self, request: Request, job_id: uuid.UUID) -> HttpResponseBase:
        job = access.visible_job(self.visitor, job_id)
        return self.answer(job, job.look)


class PhotoResult(ResultView):
    @schema.endpoint(
        "The photo as it is shown",
        description=(
            "The version in use with the photo's look, as `jobs/{id}/result/` leads to a job's. "
            "202 while the file is made."
        ),
        answers=ResultView.answers,
        codes=ResultView.codes,
        parameters=ResultView.parameters,
        operation_id="photos_result",
        tags=["photos"],
    )
    def get(self, request: Request, photo_id: uuid.UUID) -> HttpResponseBase:
        job = access.shown_photo(self.visitor, photo_id)
        return self.answer(job, job.photo.look)
