"""The page where staff choose the better of two results without knowing whose they are."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path

from ml.models import Evaluation
from ml.permissions import PROMOTE
from ml.versions import blind, pictures

KEYS = {"left": "1", "right": "2", "same": "0"}


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Below the address of a comparison."""
    return [
        path("<uuid:pk>/blind/", site.admin_view(question), name="ml_evaluation_blind"),
        path("<uuid:pk>/blind/<str:side>.jpg", site.admin_view(picture), name="ml_blind_picture"),
    ]


def question(request: HttpRequest, pk: Any) -> HttpResponse:
    """The next photo; a POST says which is better."""
    evaluation, user = _found(request, pk)
    asked = blind.next_question(evaluation, user)
    if request.method == "POST":
        # A choice for a photo that was answered in another tab is for none.
        if asked and request.POST.get("photo") == f"{asked.part}-{asked.number}":
            blind.choose(evaluation, user, asked, request.POST.get("better", ""))
        return redirect("admin:ml_evaluation_blind", pk)
    context = {
        **admin.site.each_context(request),
        "title": "",
        "opts": Evaluation._meta,  # noqa: SLF001 (public, in spite of its name)
        "evaluation": evaluation,
        "question": asked,
        "keys": KEYS,
    }
    return render(request, "admin/ml/blind.html", context)


def picture(request: HttpRequest, pk: Any, side: str) -> HttpResponse:
    """What the question shows: `left`, `right`, `gray`. Its address says nothing of the version."""
    evaluation, user = _found(request, pk)
    asked = blind.next_question(evaluation, user)
    which = {"left": asked.left, "right": asked.right, "gray": "gray"}.get(side) if asked else None
    if asked is None or which is None:
        raise Http404
    try:
        name = evaluation.parts[asked.part]["pictures"]
        content = pictures.read(name, asked.number, which)
    except (LookupError, OSError, ValueError) as error:
        raise Http404 from error
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Cache-Control"] = "no-store"
    return answer


def _found(request: HttpRequest, pk: Any) -> tuple[Evaluation, Any]:
    if not request.user.has_perm(PROMOTE):
        raise Http404
    return get_object_or_404(Evaluation, pk=pk), request.user
