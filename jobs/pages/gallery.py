"""The gallery of published photos, with likes and reports."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from colorweb import keyset
from colorweb.accounts.visitors import VisitorRequest
from colorweb.api import rates
from colorweb.api.serializers import show, show_all
from jobs.models import Photo, Reason
from jobs.pages import cards, download
from jobs.pages.base import job_data, limited
from jobs.serializers.cards import PrintSerializer, PrintUrlsSerializer
from jobs.sharing import gallery, likes, moderation
from jobs.storage import access

PAGE_SIZE = 24


@require_safe
def gallery_page(request: VisitorRequest) -> HttpResponse:
    """Public photos, the newest or the most liked first."""
    order = request.GET.get("order", "")
    order = order if order in gallery.ORDERS else "newest"
    text = request.GET.get("q", "")[:200].replace("\0", "")
    photos, column = gallery.titled(text), gallery.ORDERS[order]
    page = keyset.Paginator(photos, column, PAGE_SIZE).get_page(request.GET.get("place", ""))
    jobs, host = gallery.jobs_shown(page.rows), {"host": request.get_host()}
    prints = show_all(PrintSerializer, jobs, host)
    for data, job in zip(prints, jobs, strict=True):
        data["words"] = job.photo
    context = {
        "photos": prints,
        "liked": _liked(request, [photo.pk for photo in page.rows]),
        "order": order,
        "text": text,
        "page": page,
        "card": cards.of_page(
            request,
            "gallery",
            _("Gallery of old photos in color"),
            _("Old photos that people have had colored: before and after."),
        ),
    }
    return render(request, "gallery.html", context)


@require_safe
def photo(request: VisitorRequest, photo_id: uuid.UUID) -> HttpResponse:
    """A photo's lasting address: its version in use, or its owner's newest job."""
    try:
        job = access.shown_photo(request.visitor, photo_id)
    except Http404:
        newest = access.jobs_of(request.visitor).filter(photo=photo_id).first()
        if newest is None:
            raise
        return redirect("job", newest.pk)
    newer, older = gallery.neighbors(job.photo)
    is_owner = access.owns(request.visitor, job.photo)
    shown = job_data(request, job)
    shown["urls"] |= show(PrintUrlsSerializer, job, {"host": request.get_host()})
    context = {
        "job": shown,
        "is_owner": is_owner,
        "words": job.photo,
        "rights": access.rights(request.visitor, job),
        "hidden_for": job.photo.get_hidden_for_display(),
        "liked": _liked(request, [photo_id]),
        "newer": newer,
        "older": older,
        "reasons": Reason.choices,
        "download": download.choice(job),
        "is_public": job.photo.visibility == Photo.Visibility.PUBLIC,
        "card": cards.of_job(job, shown["urls"]["permalink"], shown["urls"]["preview"]),
    }
    return render(request, "photo.html", context)


@require_POST
@limited
def like(request: VisitorRequest, photo_id: uuid.UUID) -> HttpResponse:
    """Like a public photo, or no longer; back to where the button was."""
    shown = access.public_photo(request.visitor, photo_id)
    rates.check("like", request.visitor.network)
    request.visitor.keep()
    if "back" in request.POST:
        likes.remove(request.visitor, shown)
    else:
        likes.add(request.visitor, shown)
    return redirect(_back(request) or reverse("photo", args=[photo_id]))


@require_POST
@limited
def report(request: VisitorRequest, photo_id: uuid.UUID) -> HttpResponse:
    """Tell the staff what is wrong with a public photo."""
    shown = access.public_photo(request.visitor, photo_id)
    rates.check("report", request.visitor.queue_owner)
    reason = request.POST.get("reason", "")
    if reason in Reason.values:
        request.visitor.keep()
        moderation.report(request.visitor, shown, reason, request.POST.get("text", ""))
        messages.success(request, _("Thank you. The site operator will look at the photo."))
    else:
        messages.error(request, _("Say what is wrong with the photo."))
    return redirect("photo", photo_id)


def _liked(request: VisitorRequest, photos: list[uuid.UUID]) -> set[str]:
    return {str(photo) for photo in likes.among(request.visitor, photos)}


def _back(request: VisitorRequest) -> str:
    address = request.POST.get("next", "")
    hosts = {request.get_host()}
    return address if url_has_allowed_host_and_scheme(address, hosts) else ""
