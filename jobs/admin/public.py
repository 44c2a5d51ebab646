"""What the staff look after: public photos, and what visitors report about them."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from colorweb.console.pages import ReadOnly
from jobs.admin.photos import of_owner
from jobs.admin.thumbnails import thumbnail
from jobs.models import Photo, PublicPhoto, Report
from jobs.sharing import gallery, moderation


class Hidden(admin.SimpleListFilter):
    title = _("hidden")
    parameter_name = "hidden"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Photo]) -> QuerySet[Photo]:
        if self.value() == "yes":
            return queryset.exclude(hidden_for="")
        return queryset.filter(hidden_for="") if self.value() == "no" else queryset


class Open(admin.SimpleListFilter):
    title = _("reviewed")
    parameter_name = "closed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("All")), ("yes", _("Yes"))]

    def choices(self, changelist: Any) -> Any:
        """What waits comes first: it is what the list is for."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("No")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        if self.value() == "all":
            return queryset
        return queryset.filter(closed_at__isnull=self.value() != "yes")


class Moderated(ReadOnly):
    """Nothing is typed in here; who may change public photos may hide them and show them again."""

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.change_publicphoto")


@admin.register(PublicPhoto)
class PublicPhotoAdmin(Moderated):
    list_display = ("picture", "caption", "published_at", "likes", "open_reports", "hidden_for")
    list_display_links = ("caption",)
    list_filter = (Hidden, "published_at")
    search_fields = ("title",)
    search_help_text = _("Words of title or description, or an owner's address with its @")
    ordering = ("-published_at", "-id")
    sortable_by = ("published_at", "likes")
    actions = ("hide", "show_again")
    fields = ("picture", "title", "alt", "published_at", "likes", "hidden_for", "address")
    readonly_fields = ("picture", "address")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Photo]:
        shown = {"published_at__isnull": False, "trashed_at": None}
        published = super().get_queryset(request).filter(**shown)
        reports = Report.objects.filter(photo=OuterRef("pk"), closed_at=None).order_by()
        waiting = reports.values("photo").annotate(number=Count("pk")).values("number")
        return published.annotate(waiting=Subquery(waiting)).select_related("version")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Photo], search_term: str
    ) -> tuple[QuerySet[Photo], bool]:
        if "@" in search_term:
            return of_owner(queryset, search_term), False
        return gallery.with_words(queryset, search_term), False

    @admin.display(description=_("picture"))
    def picture(self, photo: Photo) -> str:
        return thumbnail(photo)

    @admin.display(description=_("title"))
    def caption(self, photo: Photo) -> str:
        return photo.title or str(_("Untitled"))

    @admin.display(description=_("open reports"))
    def open_reports(self, photo: Photo) -> int:
        return photo.waiting or 0  # type: ignore[attr-defined]

    @admin.display(description=_("address"))
    def address(self, photo: Photo) -> str:
        return _link(photo)

    @admin.action(description=_("Hide from everyone but the owner"), permissions=["moderate"])
    def hide(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        moderation.hide(photos)

    @admin.action(description=_("Show again"), permissions=["moderate"])
    def show_again(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        moderation.show(photos)

    def get_deleted_objects(self, photos: Any, request: HttpRequest) -> Any:
        """Who may delete a photo may delete what belongs to it, jobs and reports included."""
        named, counted, _forbidden, kept = super().get_deleted_objects(photos, request)
        return named, counted, set(), kept

    def delete_queryset(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        moderation.remove(photos)


@admin.register(Report)
class ReportAdmin(Moderated):
    list_display = ("picture", "reason", "text", "created_at", "closed_at", "hidden")
    list_display_links = ("reason",)
    list_filter = (Open, "reason")
    date_hierarchy = "created_at"
    search_fields = ("photo__title", "text")
    list_select_related = ("photo", "photo__version")
    ordering = ("-created_at",)
    actions = ("hide", "dismiss")
    fields = ("picture", "address", "reason", "text", "created_at", "closed_at")
    readonly_fields = ("picture", "address", "buttons")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return (*self.list_display, *self._buttons(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.fields, *self._buttons(request))

    def _buttons(self, request: HttpRequest) -> tuple[str, ...]:
        return ("buttons",) if self.has_moderate_permission(request) else ()

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide)
        one = path("<int:pk>/<str:decision>/", decide, name="report-decide")
        own = super().get_urls()
        return [*own[:-1], one, own[-1]]

    def decide(self, request: HttpRequest, pk: int, decision: str) -> HttpResponse:
        """The buttons of one report."""
        decisions = {"hide": self.hide, "dismiss": self.dismiss}
        if request.method != "POST" or decision not in decisions:
            raise Http404
        if not self.has_moderate_permission(request):
            raise PermissionDenied
        decisions[decision](request, Report.objects.filter(pk=pk))
        return redirect("admin:jobs_report_changelist")

    @admin.display(description=_("decide"))
    def buttons(self, report: Report) -> SafeString | str:
        """They send the form that they stand in: the list's, or the page's."""
        if report.closed_at:
            return "–"
        choices = [("hide", _("Hide the photo")), ("dismiss", _("Dismiss"))]
        rows = (
            (reverse("admin:report-decide", args=[report.pk, key]), text) for key, text in choices
        )
        button = '<button formmethod="post" formaction="{}">{}</button>'
        return format_html(
            '<span class="console decide">{}</span>', format_html_join(" ", button, rows)
        )

    @admin.display(description=_("picture"))
    def picture(self, report: Report) -> str:
        return thumbnail(report.photo)

    @admin.display(description=_("hidden"), boolean=True)
    def hidden(self, report: Report) -> bool:
        return bool(report.photo.hidden_for)

    @admin.display(description=_("address"))
    def address(self, report: Report) -> str:
        return _link(report.photo)

    @admin.action(description=_("Hide these photos"), permissions=["moderate"])
    def hide(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        moderation.hide(Photo.objects.filter(pk__in=reports.order_by().values("photo")))

    @admin.action(description=_("Dismiss the reports"), permissions=["moderate"])
    def dismiss(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        moderation.dismiss(reports)


def _link(photo: Photo) -> SafeString:
    return format_html('<a href="{0}">{0}</a>', reverse("photo", args=[photo.pk]))
