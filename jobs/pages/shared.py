"""What a share link opens: a photo, or an album to look through and perhaps to add to."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from colorweb.accounts.visitors import SHARED, VisitorRequest
from colorweb.api import rates
from colorweb.errors import DomainError
from colorweb.http.files import serve
from jobs.models import Album, Job, ShareLink
from jobs.pages import cards, download
from jobs.pages.albums import slides_of
from jobs.pages.base import job_data, limited
from jobs.photos.visibility import readable
from jobs.results import looks
from jobs.serializers.addresses import absolute
from jobs.sharing import albums, links
from jobs.storage import access, by_link, files


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited
def shared(request: VisitorRequest, token: str) -> HttpResponse:
    """The page that a link opens, after its password if it has one."""
    try:
        link = by_link.share_link(token)
    except Http404:
        return _unfound(render(request, "share_ended.html", status=404))
    if not link.lets_in(request.visitor.grants):
        wrong = False
        if link.password and request.method == "POST":
            rates.check("password", request.visitor.queue_owner)
            wrong = not links.lets_in(link, request.POST.get("password", ""))
        if link.password and (wrong or request.method != "POST"):
            context = {"wrong": wrong, "link": link}
            status = 403 if wrong else 200
            return _unfound(render(request, "share_password.html", context, status=status))
    response = _page(request, link)
    response.set_cookie(
        SHARED,
        links.cookie(request.visitor, link),
        max_age=settings.SHARE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return _unfound(response)


def _page(request: VisitorRequest, link: ShareLink) -> HttpResponse:
    host = request.get_host()
    if link.album:
        context = _of_album(request, link, link.album)
        return render(request, "album.html", context)
    job = _shown_by(link)
    picture = absolute(host, reverse("shared-picture", args=[link.token]))
    context = {
        "job": job_data(request, job),
        "link": link,
        "rights": access.Rights(link.originals, link.downloads),
        "is_owner": access.owns(request.visitor, job.photo),
        "card": cards.of_job(
            job,
            absolute(host, reverse("shared", args=[link.token])),
            "" if link.password else picture,
        ),
        "download": download.choice(job),
    }
    return render(request, "photo.html", context)


def _of_album(request: VisitorRequest, link: ShareLink, album: Album) -> dict[str, Any]:
    return {
        "album": album,
        "link": link,
        "only_color": not link.originals,
        "photos": slides_of(request, album),
        "slides": reverse("shared-slides", args=[link.token]),
    }


@require_GET
@never_cache
def slides(request: VisitorRequest, token: str) -> HttpResponse:
    """An album that a link has opened, picture by picture."""
    link = by_link.share_link(token)
    if link.album is None or not link.lets_in(request.visitor.grants):
        return redirect("shared", token)
    context = {"album": link.album, "photos": slides_of(request, link.album), "token": token}
    return _unfound(render(request, "slides.html", context))


@require_POST
@limited
def add(request: VisitorRequest, token: str) -> HttpResponse:
    """Photos that somebody adds to an album whose link allows it; they wait for its owner."""
    link = by_link.share_link(token)
    if link.album is None or not link.contributions or not link.lets_in(request.visitor.grants):
        raise Http404("nothing can be added here")
    rates.check("upload", request.visitor.queue_owner)
    giver = readable(request.POST.get("giver", ""))[:100] or _("somebody with the link")
    added = 0
    for upload in request.FILES.getlist("image"):
        try:
            albums.contribute(link.album, upload, giver, request.visitor.address)
            added += 1
        except DomainError as error:
            messages.error(request, f"{upload.name}: {error.message}")
    if added:
        said = ngettext(
            "Thank you. %(count)s photo is sent; it is shown once the album's owner accepts it.",
            "Thank you. %(count)s photos are sent; they are shown once the album's owner accepts "
            "them.",
            added,
        )
        messages.success(request, said % {"count": added})
    return redirect("shared", token)


def _shown_by(link: ShareLink) -> Job:
    """The version in which a link shows its photo."""
    if link.photo is None or link.photo.version is None:
        raise Http404("no such photo")
    job = link.photo.version
    job.photo = link.photo
    return job


def _unfound(response: HttpResponse) -> HttpResponse:
    """Keep a page out of search engines."""
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def picture(request: VisitorRequest, token: str) -> HttpResponseBase:
    """The preview that messengers show with a link; only for links without a password."""
    link = by_link.share_link(token, without_password=True)
    name, _is_final = looks.file_of(_shown_by(link), "preview")
    response = serve(request, name, content_type=files.MIME["jpg"])
    response["X-Robots-Tag"] = "noindex"
    return response
