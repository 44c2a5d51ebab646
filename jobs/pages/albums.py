"""Albums: a visitor's own, made, filled, put in order, captioned and looked through."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from colorweb import keyset
from colorweb.accounts.visitors import VisitorRequest
from jobs.models import Album, AlbumPhoto, Photo
from jobs.pages import caption
from jobs.pages.base import cards_data, chosen, jobs_data, kept_until, limited
from jobs.photos import search
from jobs.photos.visibility import readable
from jobs.results import archives
from jobs.sharing import albums
from jobs.storage import access, in_albums

PAGE_SIZE = 60
ALBUM_PAGE = 100
"""Photos of an album on one page."""


class AlbumForm(forms.ModelForm):
    class Meta:
        model = Album
        fields = ("title", "description", "sort")
        labels = {
            "title": gettext_lazy("Title"),
            "description": gettext_lazy("Text"),
            "sort": gettext_lazy("Sorted"),
        }
        widgets = {
            "title": forms.TextInput({"class": "field", "autocomplete": "off"}),
            "description": forms.Textarea({"class": "field", "rows": 2}),
            "sort": forms.Select({"class": "field"}),
        }

    def clean_title(self) -> str:
        return readable(self.cleaned_data["title"]) or _("Album")


@never_cache
@require_GET
def list_albums(request: VisitorRequest) -> HttpResponse:
    """The visitor's albums, the newest first, each with its first photo."""
    found = access.counted_albums_of(request.visitor)
    page = keyset.Paginator(found, "-created_at", PAGE_SIZE).get_page(request.GET.get("page", ""))
    covers = _covers(request, in_albums.first_photos(page.rows))
    shown = [{"album": album, "cover": covers.get(album.pk)} for album in page.rows]
    return render(request, "albums.html", {"albums": shown, "page": page})


@require_POST
@limited
def make(request: VisitorRequest) -> HttpResponse:
    """A new album of the chosen photos."""
    title = readable(request.POST.get("title", ""))[:200] or _("Album")
    made = albums.make(request.visitor, title=title)
    request.visitor.keep()
    albums.add(made, request.visitor, chosen(request))
    return redirect("album", made.pk)


@require_POST
@limited
def add(request: VisitorRequest) -> HttpResponse:
    """Put the chosen photos into the album that the form names, or into a new one."""
    name = request.POST.get("album", "")
    if not name:
        return make(request)
    try:
        album = access.own_album(request.visitor, uuid.UUID(name))
    except ValueError as error:
        raise Http404("no such album") from error
    count = albums.add(album, request.visitor, chosen(request))
    said = ngettext(
        "%(count)s photo is new in the album.", "%(count)s photos are new in the album.", count
    )
    messages.success(request, said % {"count": count})
    return redirect("album", album.pk)


@never_cache
@require_GET
def album_page(request: VisitorRequest, album_id: uuid.UUID) -> HttpResponse:
    """One's own album: what is in it, in its order, and what others have added."""
    album = access.own_album(request.visitor, album_id)
    given = in_albums.places_of(album).filter(accepted=False)
    places, page = _part(request, in_albums.places_of(album).filter(accepted=True))
    context = {
        "album": album,
        "jobs": _jobs(request, places),
        "given": _jobs(request, list(_whole(given))),
        "page": page,
        "kept_until": kept_until(request.visitor, places[0].photo if places else None),
        "form": AlbumForm(instance=album, auto_id="album-%s", label_suffix=""),
    }
    return render(request, "album_own.html", context)


@require_POST
def change(request: VisitorRequest, album_id: uuid.UUID) -> HttpResponse:
    """Set title, text and order."""
    album = access.own_album(request.visitor, album_id)
    form = AlbumForm(request.POST, instance=album)
    if form.is_valid():
        form.save()
    else:
        messages.error(request, _("An album needs a title."))
    return redirect("album", album_id)


@require_POST
def delete(request: VisitorRequest, album_id: uuid.UUID) -> HttpResponse:
    """Delete an album and its links; its photos stay."""
    access.own_album(request.visitor, album_id).delete()
    messages.success(request, _("The album is deleted; its photos are still there."))
    return redirect("albums")


@never_cache
@require_http_methods(["GET", "POST"])
def captions(request: VisitorRequest, album_id: uuid.UUID) -> HttpResponse:
    """Titles, texts, years and people of all photos of an album, on one page."""
    album = access.own_album(request.visitor, album_id)
    places, page = _part(request, in_albums.places_of(album))
    photos = [place.photo for place in places]
    back = caption.Back(reverse("album", args=[album_id]), album.title)
    return caption.write_all(request, photos, back, page)


@require_GET
def slides(request: VisitorRequest, album_id: uuid.UUID) -> HttpResponse:
    """One's own album, picture by picture."""
    album = access.own_album(request.visitor, album_id)
    context = {"album": album, "photos": slides_of(request, album)}
    return render(request, "slides.html", context)


def slides_of(request: VisitorRequest, album: Album) -> list[dict[str, Any]]:
    """What an album shows to others, with what its owner has written."""
    jobs = list(in_albums.shown_in(album))
    shown = jobs_data(request, jobs)
    for data, job in zip(shown, jobs, strict=True):
        data["words"] = job.photo
    return shown


@require_POST
@limited
def act(request: VisitorRequest, album_id: uuid.UUID, action: str) -> HttpResponse:
    """Do something with the chosen photos of an album; without a choice, download takes all."""
    album = access.own_album(request.visitor, album_id)
    if action not in ACTIONS:
        raise Http404(f"no action {action}")
    return ACTIONS[action](request, album, chosen(request)) or redirect("album", album_id)


def _remove(request: VisitorRequest, album: Album, photos: list[uuid.UUID]) -> None:
    count = albums.remove(album, photos)
    said = ngettext(
        "%(count)s photo has left the album. It is still among your photos.",
        "%(count)s photos have left the album. They are still among your photos.",
        count,
    )
    messages.success(request, said % {"count": count})


def _accept(request: VisitorRequest, album: Album, photos: list[uuid.UUID]) -> None:
    albums.accept(album, photos)


def _earlier(request: VisitorRequest, album: Album, photos: list[uuid.UUID]) -> None:
    albums.move(album, photos, -1)


def _later(request: VisitorRequest, album: Album, photos: list[uuid.UUID]) -> None:
    albums.move(album, photos, 1)


def _place(request: VisitorRequest, album: Album, photos: list[uuid.UUID]) -> None:
    try:
        beside = uuid.UUID(request.POST.get("beside", ""))
    except ValueError as error:
        raise Http404("no such photo") from error
    albums.place(album, photos, beside, after="after" in request.POST)


def _download(
    request: VisitorRequest, album: Album, photos: list[uuid.UUID]
) -> HttpResponse | None:
    places = in_albums.places_of(album)
    if photos:
        places = places.filter(photo__in=photos)
    found = Photo.objects.filter(pk__in=places.values("photo"))
    if archive := archives.request(found, request.visitor):
        return redirect("archive", archive.pk)
    messages.info(request, _("None of these photos is in color yet."))
    return None


ACTIONS: dict[str, Callable[[VisitorRequest, Album, list[uuid.UUID]], HttpResponse | None]] = {
    "remove": _remove,
    "accept": _accept,
    "earlier": _earlier,
    "later": _later,
    "place": _place,
    "download": _download,
}
"""The action's name in the URL -> its function."""


def _whole(places: QuerySet[AlbumPhoto]) -> QuerySet[AlbumPhoto]:
    return places.select_related("photo__version", "photo__newest")


def _part(
    request: VisitorRequest, places: QuerySet[AlbumPhoto]
) -> tuple[list[AlbumPhoto], dict[str, int | None]]:
    """One page of an album, and the numbers of those beside it."""
    part = Paginator(_whole(places), ALBUM_PAGE).get_page(request.GET.get("page"))
    page = {
        "previous": part.previous_page_number() if part.has_previous() else None,
        "next": part.next_page_number() if part.has_next() else None,
    }
    return list(part), page


def _covers(
    request: VisitorRequest, photos: dict[uuid.UUID, uuid.UUID]
) -> dict[uuid.UUID, dict[str, Any]]:
    """What the cards of albums show, of the photo of each."""
    found = access.photos_of(request.visitor).filter(pk__in=photos.values())
    jobs = [search.shown_of(photo) for photo in found]
    known = {job.photo_id: data for job, data in zip(jobs, jobs_data(request, jobs), strict=True)}
    return {album: known[photo] for album, photo in photos.items() if photo in known}


def _jobs(request: VisitorRequest, places: list[AlbumPhoto]) -> list[dict[str, Any]]:
    """What cards show of an album's photos, and who gave them."""
    jobs = cards_data(request, [search.shown_of(place.photo) for place in places])
    for data, place in zip(jobs, places, strict=True):
        data["giver"] = place.giver
    return jobs
