"""Two to six runs beside each other."""

import uuid

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ml.models import TrainingRun
from ml.permissions import VIEW_RUNS
from ml.training import comparison


def compare(request: HttpRequest) -> HttpResponse:
    """The runs named by `run`, in that order."""
    if not request.user.has_perm(VIEW_RUNS):
        raise Http404
    try:
        ids = [uuid.UUID(text) for text in request.GET.getlist("run")][: comparison.MAX_RUNS]
    except (ValueError, ValidationError) as error:
        raise Http404 from error
    found = TrainingRun.objects.select_related("version").prefetch_related("data").in_bulk(ids)
    runs = [found[each] for each in ids if each in found]
    if len(runs) < comparison.MIN_RUNS:
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": _("Runs compared"),
        "opts": TrainingRun._meta,  # noqa: SLF001 (public, in spite of its name)
        "runs": runs,
        "curves": comparison.curves(runs),
        "differences": comparison.differences(runs),
        "samples": [(run, run.samples.order_by("-step").first()) for run in runs],
        "messages_of_script": {"epoch": _("epoch")},
    }
    return render(request, "admin/ml/runs_compared.html", context)
