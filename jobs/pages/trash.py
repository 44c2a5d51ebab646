"""The trash: what an account has deleted, to bring back or to delete for good."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from colorweb import keyset
from colorweb.accounts.visitors import VisitorRequest
from colorweb.http.files import serve
from jobs.models import Photo
from jobs.pages.base import chosen
from jobs.photos import trash
from jobs.results import looks
from jobs.storage import files

PAGE_SIZE = 60


@never_cache
@login_required
@require_GET
def trash_page(request: VisitorRequest) -> HttpResponse:
    """What lies in the trash, the newest there first."""
    found = trash.of(request.visitor)
    page = keyset.Paginator(found, "-trashed_at", PAGE_SIZE).get_page(request.GET.get("page", ""))
    photos = [_data(photo) for photo in page.rows]
    return render(request, "trash.html", {"photos": photos, "page": page})


def _data(photo: Photo) -> dict[str, Any]:
    return {
        "id": photo.pk,
        "name": str(photo),
        "width": photo.width,
        "height": photo.height,
        "picture": reverse("trash-picture", args=[photo.pk]),
        "goes_at": photo.trashed_at and photo.trashed_at + settings.TRASH_RETENTION,
    }


@require_safe
def picture(request: VisitorRequest, photo_id: uuid.UUID) -> HttpResponseBase:
    """The small picture of a photo in one's trash: in color if there is one."""
    name = _picture(request, photo_id)
    return serve(request, name, content_type="image/jpeg")


def _picture(request: VisitorRequest, photo_id: uuid.UUID) -> str:
    photo = trash.one_of(request.visitor, photo_id)
    if photo.version is None:
        return files.name_in(photo.pk, "gray_card")
    photo.version.photo = photo
    return looks.file_of(photo.version, "card")[0]


@login_required
@require_POST
def restore(request: VisitorRequest) -> HttpResponse:
    """Bring the chosen photos back."""
    count = trash.restore(trash.of(request.visitor).filter(pk__in=chosen(request)))
    if count:
        message = ngettext("%(count)s photo is back.", "%(count)s photos are back.", count)
        messages.success(request, message % {"count": count})
    return redirect("trash")


@login_required
@require_POST
def delete(request: VisitorRequest) -> HttpResponse:
    """Delete the chosen photos for good."""
    count = trash.delete(trash.of(request.visitor).filter(pk__in=chosen(request)))
    if count:
        message = ngettext(
            "%(count)s photo is deleted for good.", "%(count)s photos are deleted for good.", count
        )
        messages.success(request, message % {"count": count})
    return redirect("trash")


@login_required
@require_POST
def empty(request: VisitorRequest) -> HttpResponse:
    """Delete for good all there is in the trash."""
    trash.empty(request.visitor)
    messages.success(request, _("The trash is empty."))
    return redirect("trash")


def link_to_trash(request: HttpRequest, count: int = 1) -> None:
    """Show a message with a link to the trash."""
    message = ngettext(
        '{count} photo is in <a href="{address}">the trash</a>.',
        '{count} photos are in <a href="{address}">the trash</a>.',
        count,
    )
    messages.success(request, format_html(message, count=count, address=reverse("trash")))
