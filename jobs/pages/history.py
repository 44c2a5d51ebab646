"""The history: every photo of a visitor, found, sorted, and dealt with many at a time."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from colorweb import keyset
from colorweb.accounts.visitors import VisitorRequest
from colorweb.errors import DomainError
from jobs.models import Album, Job, Look, Photo
from jobs.pages import caption
from jobs.pages.base import cards_data, chosen, kept_until
from jobs.pages.trash import link_to_trash
from jobs.pages.widgets import Select
from jobs.photos import bulk, search, trash
from jobs.queue import limits
from jobs.results import archives, looks
from jobs.storage import access
from ml.imaging.vividness import CALM, VIVID
from ml.versions import catalog, offers

PAGE_SIZE = 60
MAX_OFFERED = 100
"""Albums that photos can be put into from here."""
STORAGE_KNOWN = 60
"""Seconds for which the sum over all of a visitor's photos is cached."""


class Filters(forms.Form):
    """Filters and order; values that are not understood are ignored."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"type": "search", "class": "field"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("any")),
            ("waiting", gettext_lazy("waiting")),
            ("succeeded", gettext_lazy("in color")),
            ("failed", gettext_lazy("failed")),
            ("canceled", gettext_lazy("canceled")),
        ],
        widget=Select,
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who sees it"),
        required=False,
        choices=[
            ("", gettext_lazy("any")),
            ("private", gettext_lazy("only you")),
            ("public", gettext_lazy("in the gallery")),
            ("unlisted", gettext_lazy("anyone with the link")),
        ],
        widget=Select,
    )
    album = forms.ChoiceField(label=gettext_lazy("Album"), required=False, widget=Select)
    model = forms.ChoiceField(label=gettext_lazy("Model"), required=False, widget=Select)
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput({"type": "date", "class": "field"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput({"type": "date", "class": "field"}, format="%Y-%m-%d"),
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("Sorted by"),
        required=False,
        choices=[
            ("newest", gettext_lazy("newest first")),
            ("oldest", gettext_lazy("oldest first")),
            ("name", gettext_lazy("file name")),
            ("bytes", gettext_lazy("space used")),
        ],
        widget=Select,
    )

    def __init__(self, data: Any, albums: Iterable[Album]) -> None:
        super().__init__(data, auto_id="filter-%s", label_suffix="")
        self.fields["album"].choices = [  # type: ignore[attr-defined]
            ("", gettext_lazy("any")),
            *((str(album.pk), album.title) for album in albums),
        ]
        self.fields["model"].choices = [("", gettext_lazy("any")), *known_models()]  # type: ignore[attr-defined]
        self.is_valid()
        self.values = {name: value for name, value in self.cleaned_data.items() if value}


class RecolorForm(forms.Form):
    """Options for coloring a photo again."""

    model = forms.ChoiceField(label=gettext_lazy("Model"), required=False, widget=Select)
    network_size = forms.TypedChoiceField(
        label=gettext_lazy("How closely the network looks"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("as usual")),
            ("128", gettext_lazy("coarse: large areas in one color")),
            ("256", gettext_lazy("medium")),
            ("384", gettext_lazy("fine: small things get colors of their own")),
            ("512", gettext_lazy("finest, and slowest")),
        ],
        widget=Select,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="again-%s", label_suffix="")
        [(_empty, in_service), *others] = offers.offered()
        usual = _("%(title)s, in service") % {"title": in_service}
        self.fields["model"].choices = [("", usual), *others]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, job: Job) -> "RecolorForm":
        """The form as this job was colored."""
        form = cls()
        form.initial = {"model": job.model, "network_size": job.network_size}
        return form


class LookForm(forms.Form):
    vividness = forms.FloatField(min_value=CALM, max_value=VIVID)
    tones = forms.FloatField(min_value=0, max_value=1)


def known_models() -> list[tuple[str, str]]:
    """The networks that ship, by name and title, and all that may have colored something here."""
    here = [(card["name"], card.get("title") or card["name"]) for card in catalog.shipped()]
    names = offers.names_in_use()
    return [*here, *((name, name) for name in names if name not in dict(here))]


@never_cache
@require_GET
def history_page(request: VisitorRequest) -> HttpResponse:
    """The visitor's photos, filtered and sorted by the query parameters."""
    albums = list(access.albums_of(request.visitor)[:MAX_OFFERED])
    filters = Filters(request.GET, albums)
    conditions = dict(filters.values)
    order = search.ORDERS[conditions.pop("sort", "newest")]
    mine = search.with_newest(access.photos_of(request.visitor))
    found = search.find(mine, text=conditions.pop("q", ""), **conditions)
    page = keyset.Paginator(found, order, PAGE_SIZE).get_page(request.GET.get("page", ""))
    search.read_versions(page.rows)
    versions = search.versions(page.rows)
    jobs = cards_data(request, [search.shown_of(photo) for photo in page.rows])
    for data, photo in zip(jobs, page.rows, strict=True):
        data["versions"] = versions[photo.pk]
    if filters.values.get("sort", "newest") in ("newest", "oldest"):
        _head_days(jobs, page.rows)
    context = {
        "form": filters,
        "is_filtered": bool(conditions or filters.values.get("q")),
        "filters": urlencode(filters.values),
        "page": page,
        "jobs": jobs,
        "recolor_form": RecolorForm(),
        "albums": albums,
        "storage": cache.get_or_set(
            f"storage-{request.visitor.key}",
            lambda: limits.storage(request.visitor),
            STORAGE_KNOWN,
        ),
        "own_bytes": limits.bytes_of_guest(request.visitor),
        "kept_until": kept_until(request.visitor, page.rows[0] if page.rows else None),
    }
    return render(request, "history.html", context)


def _head_days(jobs: list[dict[str, Any]], photos: Sequence[Photo]) -> None:
    """Give the first job of each day that day."""
    before = None
    for data, photo in zip(jobs, photos, strict=True):
        day = timezone.localdate(photo.created_at)
        if day != before:
            data["day"] = before = day


@require_POST
def act(request: VisitorRequest, action: str) -> HttpResponse:
    """Apply an action to the chosen photos, report the result, and redirect back."""
    if action not in ACTIONS:
        raise Http404(f"no action {action}")
    photos = list(access.photos_of(request.visitor).filter(pk__in=chosen(request)))
    if not photos:
        messages.info(request, _("Choose photos first."))
    elif answer := ACTIONS[action](request, photos):
        return answer
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("history")
    return redirect(back)


def _download(request: VisitorRequest, photos: list[Photo]) -> HttpResponse | None:
    if archive := archives.request(photos, request.visitor):
        return redirect("archive", archive.pk)
    messages.info(request, _("None of these photos is in color yet."))
    return None


def _delete(request: VisitorRequest, photos: list[Photo]) -> None:
    trash.put(photos)
    if request.visitor.user:
        link_to_trash(request, len(photos))
    else:
        count = len(photos)
        message = ngettext("%(count)s photo is deleted.", "%(count)s photos are deleted.", count)
        messages.success(request, message % {"count": count})


def _publish(request: VisitorRequest, photos: list[Photo]) -> HttpResponse | None:
    count = bulk.publish(photos)
    message = ngettext(
        "%(count)s photo is in the gallery.", "%(count)s photos are in the gallery.", count
    )
    messages.success(request, message % {"count": count})
    untitled = [photo.pk for photo in photos if photo.version_id and not photo.title]
    if not untitled:
        return None
    messages.info(request, _("A title helps others to find a photo. You may leave it empty."))
    named = urlencode([("photo", key) for key in untitled[: caption.MAX_AT_ONCE]])
    return redirect(f"{reverse('photo-captions')}?{named}")


def _unpublish(request: VisitorRequest, photos: list[Photo]) -> None:
    count = bulk.unpublish(photos)
    message = ngettext(
        "%(count)s photo was removed from the gallery.",
        "%(count)s photos were removed from the gallery.",
        count,
    )
    messages.success(request, message % {"count": count})


def _cancel(request: VisitorRequest, photos: list[Photo]) -> None:
    count = bulk.cancel(photos)
    message = ngettext("%(count)s photo is canceled.", "%(count)s photos are canceled.", count)
    messages.success(request, message % {"count": count})


def _retry(request: VisitorRequest, photos: list[Photo]) -> None:
    _report_queued(request, *bulk.retry(photos, request.visitor))


def _recolor(request: VisitorRequest, photos: list[Photo]) -> None:
    form = RecolorForm(request.POST)
    if form.is_valid():
        _report_queued(request, *bulk.recolor(photos, request.visitor, **form.cleaned_data))


def _look(request: VisitorRequest, photos: list[Photo]) -> None:
    form = LookForm(request.POST)
    if not form.is_valid():
        return
    for photo in photos:
        looks.set_look(photo, Look(**form.cleaned_data))
    count = len(photos)
    words = ngettext(
        "The look of %(count)s photo is changed.", "The look of %(count)s photos is changed.", count
    )
    messages.success(request, words % {"count": count})


def _report_queued(request: VisitorRequest, count: int, stopped: DomainError | None) -> None:
    message = ngettext("%(count)s photo is waiting.", "%(count)s photos are waiting.", count)
    messages.success(request, message % {"count": count})
    if stopped:
        messages.warning(request, stopped.message)


ACTIONS: dict[str, Callable[[VisitorRequest, list[Photo]], HttpResponse | None]] = {
    "download": _download,
    "delete": _delete,
    "publish": _publish,
    "unpublish": _unpublish,
    "cancel": _cancel,
    "retry": _retry,
    "again": _recolor,
    "look": _look,
}
"""The action's name in the URL -> its function; most redirect back."""
