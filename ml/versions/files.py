"""Files of data sets, runs and versions, for those who may view them."""

import uuid
from typing import cast

from django.core.files.storage import FileSystemStorage
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from colorweb.accounts.visitors import VisitorRequest
from colorweb.http.files import serve
from ml import permissions
from ml.models import DataSet, ModelVersion, RunSample
from ml.versions import registry


@require_safe
def samples(request: HttpRequest, run_id: uuid.UUID, step: int) -> HttpResponseBase:
    """Sample photos of a run at a step."""
    _check(request, permissions.VIEW_RUNS)
    found = get_object_or_404(RunSample, run=run_id, step=step)
    return serve(request, found.file, content_type="image/png")


@require_safe
def sheet(request: HttpRequest, set_id: uuid.UUID) -> HttpResponseBase:
    """The contact sheet of a data set."""
    _check(request, permissions.VIEW_DATA_SETS)
    found = get_object_or_404(DataSet.objects.exclude(sheet=""), pk=set_id)
    return serve(request, found.sheet, content_type="image/jpeg")


@require_safe
def version_samples(request: HttpRequest, version_id: uuid.UUID) -> HttpResponseBase:
    """The last sample photos of a version's training."""
    _check(request, permissions.VIEW_VERSIONS)
    found = get_object_or_404(ModelVersion.objects.exclude(samples=[]), pk=version_id)
    return serve(request, found.samples[0], content_type="image/png")


@require_safe
def weights(request: HttpRequest, version_id: uuid.UUID) -> HttpResponseBase:
    """The weights of a version, as a safetensors file to be kept."""
    _check(request, permissions.VIEW_VERSIONS)
    version = get_object_or_404(ModelVersion, pk=version_id)
    try:
        path = registry.local_file(version)
    except registry.WeightsUnavailable as error:
        raise Http404(str(error)) from error
    return serve(
        request,
        path.name,
        content_type="application/octet-stream",
        download_name=f"{version}.safetensors",
        storage=FileSystemStorage(path.parent),
    )


def _check(request: HttpRequest, permission: str) -> None:
    if not permissions.may(cast("VisitorRequest", request).visitor, permission):
        raise Http404("no such file")
