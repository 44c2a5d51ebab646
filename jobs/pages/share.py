"""Sharing: the owner's page of links, and the page that a link opens."""

import uuid
from datetime import timedelta

from asgiref.sync import sync_to_async
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
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
from jobs.models import Job, ShareLink, State
from jobs.pages import download
from jobs.pages.base import job_data, limited
from jobs.photos import visibility
from jobs.results import looks
from jobs.serializers.addresses import absolute
from jobs.sharing import links
from jobs.storage import access, files


class NewLink(forms.Form):
    days = forms.TypedChoiceField(
        label=gettext_lazy("Works for"),
        coerce=int,
        initial="7",
        choices=[
            ("1", gettext_lazy("a day")),
            ("7", gettext_lazy("a week")),
            ("30", gettext_lazy("30 days")),
            ("0", gettext_lazy("until I revoke it")),
        ],
        widget=forms.Select({"class": "field"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password (optional)"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.TextInput({"class": "field", "autocomplete": "off", "spellcheck": "false"}),
    )


@require_GET
@never_cache
@ensure_csrf_cookie
def manage(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Who sees a result, and the links to it."""
    job = access.own_job(request.visitor, job_id)
    host = request.get_host()
    there = [
        (link, absolute(host, reverse("shared", args=[link.token]))) for link in links.of(job.photo)
    ]
    form = NewLink(label_suffix="")
    context = {"job": job_data(request, job), "links": there, "form": form}
    return render(request, "share.html", context)


@require_POST
def make(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """A new link to the photo."""
    job = access.own_job(request.visitor, job_id)
    form = NewLink(request.POST)
    if form.is_valid() and job.state == State.SUCCEEDED:
        lasts = timedelta(days=form.cleaned_data["days"]) or None
        try:
            links.make(job.photo, lasts=lasts, password=form.cleaned_data["password"])
        except DomainError as error:
            messages.error(request, error.message)
    return redirect("job-share", job_id)


@require_POST
def revoke(request: VisitorRequest, job_id: uuid.UUID, link_id: int) -> HttpResponse:
    """End a link."""
    links.revoke(access.own_job(request.visitor, job_id).photo, link_id)
    return redirect("job-share", job_id)


@require_POST
def unlist(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """Show this result to anyone with the photo's address."""
    job = access.own_job(request.visitor, job_id)
    if job.state == State.SUCCEEDED:
        visibility.unlist(job)
    return redirect("job-share", job_id)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited
def shared(request: VisitorRequest, token: str) -> HttpResponse:
    """The page that a link opens, after its password if it has one."""
    link = access.share_link(token)
    if not link.lets_in(request.visitor.grants):
        wrong = False
        if link.password and request.method == "POST":
            rates.check("password", request.visitor.queue_owner)
            wrong = not links.lets_in(link, request.POST.get("password", ""))
        if link.password and (wrong or request.method != "POST"):
            response = render(
                request, "share_password.html", {"wrong": wrong}, status=403 if wrong else 200
            )
            return _unfound(response)
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
    host, picture = request.get_host(), reverse("shared-picture", args=[link.token])
    if link.album:
        jobs = [job_data(request, job) for job in access.shown_in(link.album)]
        return render(request, "album.html", {"album": link.album, "photos": jobs})
    job = _shown_by(link)
    context = {
        "job": job_data(request, job),
        "is_owner": access.owns(request.visitor, job.photo),
        "address": absolute(host, reverse("shared", args=[link.token])),
        "picture": "" if link.password else absolute(host, picture),
        "download": download.choice(job),
    }
    return render(request, "photo.html", context)


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
async def picture(request: VisitorRequest, token: str) -> HttpResponseBase:
    """The preview that messengers show with a link; only for links without a password."""
    name = await sync_to_async(_picture)(token)
    response = await serve(request, name, content_type=files.MIME["jpg"])
    response["X-Robots-Tag"] = "noindex"
    return response


def _picture(token: str) -> str:
    link = access.share_link(token, without_password=True)
    return looks.file_of(_shown_by(link), "preview")[0]
