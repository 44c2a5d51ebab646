"""The photos of a comparison: all as tiles, and one at full size."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from ml.models import Evaluation
from ml.permissions import VIEW_VERSIONS
from ml.versions import photo_list, pictures

ORDERS = {
    "worst": _("worst first"),
    "loss": _("most lost against the other first"),
    "gain": _("most gained first"),
    "false": _("most false color first"),
    "measured": _("as measured"),
}
SIDES = {"gray": _("gray"), "theirs": _("the other"), "ours": _("this version"), "true": _("true")}


def urls(site: AdminSite) -> list[URLPattern]:
    """Below the address of a comparison."""
    base = "<uuid:pk>/photos/<int:place>/"
    return [
        path(base, site.admin_view(tiles), name="ml_evaluation_photos"),
        path(f"{base}<int:number>/", site.admin_view(one), name="ml_evaluation_photo"),
        path(f"{base}<int:number>/<str:side>.jpg", site.admin_view(picture), name="ml_picture"),
    ]


def tiles(request: HttpRequest, pk: Any, place: int) -> HttpResponse:
    """All photos of a set, by `order` and `kind`."""
    evaluation, part, photos = _found(request, pk, place)
    context = {
        **_chosen(request, photos),
        "evaluation": evaluation,
        "place": place,
        "title": f"{evaluation}: {part['name']}",
        "orders": ORDERS,
        "kinds": photo_list.kinds(photos),
    }
    return _page(request, "admin/ml/compared_photos.html", context)


def one(request: HttpRequest, pk: Any, place: int, number: int) -> HttpResponse:
    """One photo: gray, by both versions, and true; and those beside it in the order."""
    evaluation, _part, photos = _found(request, pk, place)
    chosen = _chosen(request, photos)
    numbers = [photo.number for photo in chosen["photos"]]
    if number not in numbers:
        raise Http404
    at = numbers.index(number)
    found = chosen["photos"][at]
    context = {
        **chosen,
        "evaluation": evaluation,
        "place": place,
        "photo": found,
        "sides": SIDES,
        "previous": numbers[at - 1] if at else None,
        "next": numbers[at + 1] if at + 1 < len(numbers) else None,
    }
    return _page(request, "admin/ml/compared_photo.html", {"title": found.name, **context})


def _chosen(request: HttpRequest, photos: list[photo_list.Compared]) -> dict[str, Any]:
    """The photos of the kind and in the order that the address says."""
    order, kind = request.GET.get("order", "worst"), request.GET.get("kind", "")
    if order not in ORDERS or (kind and kind not in photo_list.kinds(photos)):
        raise Http404
    return {
        "photos": photo_list.chosen(photos, order, kind),
        "order": order,
        "kind": kind,
        "query": urlencode({"order": order, "kind": kind}),
    }


def picture(request: HttpRequest, pk: Any, place: int, number: int, side: str) -> HttpResponse:
    """One picture of one photo."""
    _evaluation, part, _photos = _found(request, pk, place)
    try:
        content = pictures.read(part.get("pictures", ""), number, side)
    except (LookupError, OSError, ValueError) as error:
        raise Http404 from error
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _found(
    request: HttpRequest, pk: Any, place: int
) -> tuple[Evaluation, dict[str, Any], list[photo_list.Compared]]:
    if not request.user.has_perm(VIEW_VERSIONS):
        raise Http404
    evaluation = get_object_or_404(Evaluation, pk=pk)
    if place >= len(evaluation.parts):
        raise Http404
    part = evaluation.parts[place]
    return evaluation, part, photo_list.read(part)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    from django.contrib import admin  # noqa: PLC0415 - the site knows this module

    site = admin.site.each_context(request)
    return render(request, template, {**site, "opts": Evaluation._meta, **context})  # noqa: SLF001
