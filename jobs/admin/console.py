"""The console's first page and what its buttons do."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from colorweb.health import parts, texts
from jobs.models import Job
from jobs.photos import consistency
from jobs.queue import control, retries, status
from jobs.serializers.queue import QueueStatusSerializer
from jobs.sharing import moderation
from ml.models import TrainingRun
from ml.permissions import VIEW_PROMOTIONS
from ml.versions import notices

SHOWN = 10  # failed jobs
MANAGE_QUEUE = "jobs.manage_queue"
Chart = list[dict[str, Any]]


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What `admin/index.html` shows: of reports, and of jobs, to those who may look at them."""
    context = {**context, "reports": None}
    if request.user.has_perm("jobs.view_report"):
        context["reports"] = moderation.waiting()
    if request.user.has_perm(VIEW_PROMOTIONS):
        context["promotion"] = notices.on_console()
    if not request.user.has_perm("jobs.view_job"):
        return context
    degraded = parts.degraded()
    now = QueueStatusSerializer(status.status()).data
    return {
        **context,
        "status": now,
        "degraded": texts.degraded(degraded),
        "check_waits_for": texts.waits_for("default", degraded.get("default", "")),
        "throughputs": [(_("last hour"), now["last_hour"]), (_("last day"), now["last_day"])],
        "chart": chart(),
        "training": TrainingRun.objects.order_by("-queued_at").first(),
        "failed": [(job, job.error_text) for job in retries.failed()[:SHOWN]],
        "may_manage": request.user.has_perm(MANAGE_QUEUE),
    }


def chart() -> Chart:
    """Bars of 24 hours in a box of 240 x 100."""
    hours = status.hours()
    highest = max(count for _begin, count in hours) or 1
    return [
        {
            "x": 10 * place,
            "top": 100 - 100 * count / highest,
            "height": 100 * count / highest,
            "count": count,
            "begin": begin,
        }
        for place, (begin, count) in enumerate(hours)
    ]


def _button(view: Callable[..., None]) -> Callable[..., HttpResponse]:
    """A button: for those who may manage the queue, by POST, back to the first page."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view(request, *args, **kwargs)
        return redirect("admin:index")

    return require_POST(permission_required(MANAGE_QUEUE, raise_exception=True)(answer))


@_button
def pause(request: HttpRequest) -> None:
    control.pause(request.user)  # type: ignore[arg-type]
    messages.success(request, _("The queue is paused. Uploads are still accepted, and wait."))


@_button
def resume(request: HttpRequest) -> None:
    control.resume()
    messages.success(request, _("The queue has resumed."))


@_button
def retry(request: HttpRequest, job_id: uuid.UUID) -> None:
    if retries.retry(get_object_or_404(Job, pk=job_id)):
        messages.success(request, _("The photo is in the queue again."))
    else:
        messages.warning(request, _("Someone has already retried this photo."))


@_button
def retry_all(request: HttpRequest) -> None:
    count = retries.retry_lately()
    messages.success(
        request,
        ngettext("%d photo is in the queue again.", "%d photos are in the queue again.", count)
        % count,
    )


@_button
def check(request: HttpRequest) -> None:
    consistency.request(request.user)  # type: ignore[arg-type]
    messages.success(request, _("A worker compares files and rows now."))
