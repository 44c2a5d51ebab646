"""Sharing: the owner's pages of links to a photo or an album."""

import base64
import io
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import qrcode
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST
from qrcode.image.svg import SvgPathFillImage

from colorweb.accounts.visitors import VisitorRequest
from colorweb.errors import DomainError
from jobs.models import Album, Job, Photo, ShareLink, State
from jobs.pages.base import job_data
from jobs.photos.visibility import readable
from jobs.serializers.addresses import absolute
from jobs.sharing import links
from jobs.storage import access


class NewLink(forms.Form):
    sender = forms.CharField(
        label=gettext_lazy("From (your name, optional)"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"class": "field", "autocomplete": "name"}),
    )
    message = forms.CharField(
        label=gettext_lazy("Message (optional)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"class": "field", "rows": 2}),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Works for"),
        coerce=int,
        initial="30",
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
    no_originals = forms.BooleanField(
        label=gettext_lazy("In color only, without the photos before"), required=False
    )
    no_downloads = forms.BooleanField(
        label=gettext_lazy("To look at only, without downloads"), required=False
    )
    contributions = forms.BooleanField(
        label=gettext_lazy("Others may add photos; you accept them first"), required=False
    )

    def clean_sender(self) -> str:
        return readable(self.cleaned_data["sender"])

    @property
    def texts(self) -> list[forms.BoundField]:
        """Fields that are written or chosen."""
        return [self[name] for name in ("sender", "message", "days", "password")]

    @property
    def boxes(self) -> list[forms.BoundField]:
        """Fields that are ticked; the last is of albums."""
        return [self[name] for name in ("no_originals", "no_downloads", "contributions")]


@require_GET
@never_cache
@ensure_csrf_cookie
def manage(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """The links to a photo."""
    job = access.own_job(request.visitor, job_id)
    to = reverse("job-share", args=[job_id])
    context = _links(request, job.photo, to) | {"job": job_data(request, job)}
    context["links"] += _own_address(request, job)
    return render(request, "share.html", context)


@require_POST
def make(request: VisitorRequest, job_id: uuid.UUID) -> HttpResponse:
    """A new link to the photo."""
    job = access.own_job(request.visitor, job_id)
    if job.state == State.SUCCEEDED:
        _make(request, job.photo)
    return redirect("job-share", job_id)


@require_POST
def revoke(request: VisitorRequest, job_id: uuid.UUID, link_id: int) -> HttpResponse:
    """End a link."""
    links.revoke(access.own_job(request.visitor, job_id).photo, link_id)
    return redirect("job-share", job_id)


@require_GET
@never_cache
@ensure_csrf_cookie
def manage_album(request: VisitorRequest, album_id: uuid.UUID) -> HttpResponse:
    """The links to an album."""
    album = access.own_album(request.visitor, album_id)
    context = _links(request, album, reverse("album-share", args=[album_id])) | {"album": album}
    return render(request, "share.html", context)


@require_POST
def make_album(request: VisitorRequest, album_id: uuid.UUID) -> HttpResponse:
    """A new link to an album."""
    _make(request, access.own_album(request.visitor, album_id))
    return redirect("album-share", album_id)


@require_POST
def revoke_album(request: VisitorRequest, album_id: uuid.UUID, link_id: int) -> HttpResponse:
    """End a link to an album."""
    links.revoke(access.own_album(request.visitor, album_id), link_id)
    return redirect("album-share", album_id)


def _links(request: VisitorRequest, thing: Photo | Album, here: str) -> dict[str, Any]:
    """What the page of links shows; `here` is its address."""
    host = request.get_host()
    there = [
        _shown(
            link,
            absolute(host, reverse("shared", args=[link.token])),
            f"{here}{link.pk}/revoke/",
        )
        for link in links.of(thing)
    ]
    return {"links": there, "form": NewLink(label_suffix=""), "make": f"{here}make/"}


def _own_address(request: VisitorRequest, job: Job) -> list[dict[str, Any]]:
    """The address of an unlisted photo, as one link more."""
    if job.photo.visibility != Photo.Visibility.UNLISTED:
        return []
    address = absolute(request.get_host(), reverse("photo", args=[job.photo_id]))
    link = ShareLink(
        photo=job.photo, sender="", message="", originals=True, downloads=True, contributions=False
    )
    return [_shown(link, address, reverse("job-unpublish", args=[job.pk]))]


def _shown(link: ShareLink, address: str, revoke: str) -> dict[str, Any]:
    subject = link.album.title if link.album else _("A photo in color")
    body = "\n\n".join(filter(None, (link.message, address, link.sender)))
    return {
        "link": link,
        "address": address,
        "revoke": revoke,
        "mail": f"mailto:?{urlencode({'subject': subject, 'body': body})}".replace("+", "%20"),
        "qr": _qr(address),
    }


def _qr(text: str) -> str:
    """A QR code as the address of a picture."""
    out = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathFillImage, border=2).save(out)
    return f"data:image/svg+xml;base64,{base64.b64encode(out.getvalue()).decode()}"


def _make(request: VisitorRequest, thing: Photo | Album) -> None:
    form = NewLink(request.POST)
    if not form.is_valid():
        return
    chosen = form.cleaned_data
    try:
        links.make(
            thing,
            lasts=timedelta(days=chosen["days"]) or None,
            password=chosen["password"],
            sender=chosen["sender"],
            message=chosen["message"],
            originals=not chosen["no_originals"],
            downloads=not chosen["no_downloads"],
            contributions=chosen["contributions"] and isinstance(thing, Album),
        )
    except DomainError as error:
        messages.error(request, error.message)
