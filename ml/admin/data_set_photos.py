"""Every photo of a data set as a tile: looked at, excluded, restored, tagged."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from colorweb.errors import DomainError
from ml.datasets import editing, index, tiles
from ml.datasets.pictures import BROKEN, DUPLICATE, EXCLUDED, GRAY, SMALL, TONED, USABLE, Entry
from ml.models import DataSet
from ml.permissions import TRAIN, VIEW_DATA_SETS

PER_PAGE = 120
VERDICTS = {
    USABLE: gettext_lazy("used"),
    EXCLUDED: gettext_lazy("excluded"),
    BROKEN: gettext_lazy("broken"),
    GRAY: gettext_lazy("without color"),
    TONED: gettext_lazy("toned print"),
    SMALL: gettext_lazy("too small"),
    DUPLICATE: gettext_lazy("copy"),
}
ORDERS = {
    "name": (gettext_lazy("by name"), lambda photo: photo.entry.name),
    "chroma": (gettext_lazy("least color first"), lambda photo: photo.entry.chroma),
    "tone": (gettext_lazy("most like a toned print first"), lambda photo: photo.entry.tone),
    "size": (
        gettext_lazy("smallest first"),
        lambda photo: photo.entry.width * photo.entry.height,
    ),
}


@dataclass(frozen=True, slots=True)
class Photo:
    """A line of the index, and its place there."""

    number: int
    entry: Entry

    @property
    def verdict(self) -> str:
        return str(VERDICTS.get(self.entry.verdict, self.entry.verdict))


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Below the address of data sets."""
    base = "<uuid:set_id>/photos/"
    return [
        path(base, site.admin_view(photos), name="ml_dataset_photos"),
        path(f"{base}<int:number>.jpg", site.admin_view(tile), name="ml_dataset_tile"),
    ]


def photos(request: HttpRequest, set_id: uuid.UUID) -> HttpResponse:
    """All photos, by `verdict`, `kind` and `order`; a POST changes those that are ticked."""
    data_set = _found(request, set_id)
    if request.method == "POST":
        return _change(request, data_set)
    verdict, kind = request.GET.get("verdict", ""), request.GET.get("kind", "")
    order = request.GET.get("order", "name")
    if order not in ORDERS or (verdict and verdict not in VERDICTS) or not data_set.index:
        raise Http404
    everything = [Photo(place, e) for place, e in enumerate(index.read(data_set.index))]
    found = [
        photo
        for photo in everything
        if (not verdict or photo.entry.verdict == verdict)
        and (not kind or photo.entry.kind == kind)
    ]
    found.sort(key=ORDERS[order][1])
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        **admin.site.each_context(request),
        "title": _("Photos of %(name)s") % {"name": data_set},
        "opts": DataSet._meta,  # noqa: SLF001 (public, in spite of its name)
        "data_set": data_set,
        "page": page,
        "query": query.urlencode(),
        "chosen": {"verdict": verdict, "kind": kind, "order": order},
        "verdicts": VERDICTS,
        "kinds": sorted({photo.entry.kind for photo in everything if photo.entry.kind}),
        "orders": {key: text for key, (text, _how) in ORDERS.items()},
        "may_train": request.user.has_perm(TRAIN),
    }
    return render(request, "admin/ml/data_set_photos.html", context)


def tile(request: HttpRequest, set_id: uuid.UUID, number: int) -> HttpResponse:
    """The small picture of one photo."""
    data_set = _found(request, set_id)
    try:
        content = tiles.read(data_set.tiles, number)
    except (LookupError, OSError, ValueError) as error:
        raise Http404 from error
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=600"
    return answer


def _change(request: HttpRequest, data_set: DataSet) -> HttpResponse:
    if not request.user.has_perm(TRAIN):
        raise Http404
    numbers = [int(text) for text in request.POST.getlist("photo") if text.isdecimal()]
    user: Any = request.user
    try:
        if "tag" in request.POST:
            count = editing.tag(data_set, numbers, request.POST.get("kind", ""), by=user)
        elif "restore" in request.POST:
            count = editing.restore(data_set, numbers, by=user)
        else:
            count = editing.exclude(data_set, numbers, by=user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        text = ngettext("%d photo was changed.", "%d photos were changed.", count) % count
        messages.success(request, text)
    query = request.GET.urlencode()
    page = reverse("admin:ml_dataset_photos", args=[data_set.pk])
    return redirect(f"{page}?{query}" if query else page)


def _found(request: HttpRequest, set_id: uuid.UUID) -> DataSet:
    if not request.user.has_perm(VIEW_DATA_SETS):
        raise Http404
    return get_object_or_404(DataSet, pk=set_id)
