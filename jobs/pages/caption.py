"""What an owner writes about a photo, or about many on one page."""

import re
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from colorweb.accounts.visitors import VisitorRequest
from jobs.models import Photo
from jobs.pages.base import jobs_data
from jobs.photos import search
from jobs.photos.visibility import readable
from jobs.results import words
from jobs.results.words import MAX_PEOPLE, TAKEN
from jobs.storage import access

MAX_AT_ONCE = 60


class CaptionForm(forms.Form):
    """Beside title and alternative text, which have fields of their own in the template."""

    caption = forms.CharField(
        label=gettext_lazy("Caption"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"class": "field", "rows": 2}),
    )
    taken = forms.RegexField(
        rf"^{TAKEN.pattern}\Z",
        label=gettext_lazy("Taken (1931, 1931-05 or 1931-05-12)"),
        required=False,
        widget=forms.TextInput({"class": "field", "autocomplete": "off", "maxlength": "10"}),
    )
    people = forms.CharField(
        label=gettext_lazy("Who is in it (names with commas between them)"),
        required=False,
        max_length=MAX_PEOPLE * 100,
        widget=forms.TextInput({"class": "field", "autocomplete": "off"}),
    )

    @classmethod
    def of(cls, photo: Photo) -> "CaptionForm":
        """The form as it was written last."""
        words = {"caption": photo.caption, "taken": photo.taken}
        return cls(
            initial={**words, "people": ", ".join(photo.people)},
            auto_id="caption-%s",
            label_suffix="",
        )

    @classmethod
    def titled(cls, photo: Photo, data: Any = None) -> "CaptionForm":
        """The form with the title in it, one of many on a page; its fields begin with the photo's
        id.
        """
        words = {"title": photo.title, "caption": photo.caption, "taken": photo.taken}
        return TitledForm(
            data,
            initial={**words, "people": ", ".join(photo.people)},
            prefix=str(photo.pk),
            label_suffix="",
        )

    def clean_people(self) -> list[str]:
        """The names, each once."""
        names = map(readable, re.split(r"[,;\n]", self.cleaned_data["people"]))
        return [name[:100] for name in dict.fromkeys(names) if name][:MAX_PEOPLE]


class TitledForm(CaptionForm):
    """For many photos on one page."""

    field_order = ("title", "caption", "taken", "people")
    title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": "field", "autocomplete": "off"}),
    )

    def clean_title(self) -> str:
        return readable(self.cleaned_data["title"])


class Back(NamedTuple):
    """Where a page of many captions leads when it is done: the address and its name."""

    url: str
    name: str


@never_cache
@require_http_methods(["GET", "POST"])
def of_chosen(request: VisitorRequest) -> HttpResponse:
    """Titles, texts, years and people of the photos that the address names by `photo`."""
    keys = []
    for text in request.GET.getlist("photo")[:MAX_AT_ONCE]:
        with suppress(ValueError):
            keys.append(uuid.UUID(text))
    found = access.photos_of(request.visitor).filter(pk__in=keys).order_by("created_at", "pk")
    return write_all(request, list(found), Back(reverse("history"), _("Your photos")))


def write_all(
    request: VisitorRequest,
    photos: Sequence[Photo],
    back: Back,
    page: dict[str, int | None] | None = None,
) -> HttpResponse:
    """A page that asks for the words of these photos, and keeps what was written on it."""
    sent = request.POST if request.method == "POST" else None
    written = [CaptionForm.titled(photo, sent) for photo in photos]
    if sent is not None and all(form.is_valid() for form in written):
        for photo, form in zip(photos, written, strict=True):
            if form.has_changed():
                words.write(photo, **form.cleaned_data)
        return redirect(back.url)
    jobs = jobs_data(request, [search.shown_of(photo) for photo in photos])
    context = {"back": back, "rows": list(zip(jobs, written, strict=True)), "page": page}
    return render(request, "captions.html", context, status=200 if sent is None else 400)
