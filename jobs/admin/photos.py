"""Photos and their jobs as staff see them: to find, to look at, to delete; never to edit."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from colorweb.accounts.models import User
from colorweb.console.pages import ReadOnly, key_in
from jobs.admin import console
from jobs.admin.thumbnails import thumbnail
from jobs.models import EVERYBODYS, Job, Photo, State

COLORS = {
    State.QUEUED: "info",
    State.RUNNING: "warning",
    State.SUCCEEDED: "success",
    State.FAILED: "danger",
}


MAX_OWNERS = 500
"""Whose photos are looked up by their owners; those of more are most of all photos."""


def of_owner(photos: QuerySet[Photo], text: str) -> QuerySet[Photo]:
    """Those whose owner's address has the text in it."""
    if not (text := text.strip()):
        return photos
    found = User.objects.filter(email__icontains=text).values_list("pk", flat=True)
    owners = list(found[: MAX_OWNERS + 1])
    # By their ids the database knows how many photos they have.
    few = len(owners) <= MAX_OWNERS
    return photos.filter(owner__in=owners) if few else photos.filter(owner__email__icontains=text)


@admin.register(Photo)
class PhotoAdmin(ReadOnly):
    list_display = ("picture", "__str__", "whose", "visibility", "width", "height", "created_at")
    list_display_links = ("__str__",)
    list_filter = ("visibility", "created_at")
    list_select_related = ("owner", "version")
    ordering = ("-created_at",)
    sortable_by = ("created_at",)  # by others there is no index
    search_fields = ("owner__email",)
    search_help_text = _("A photo's id, or its owner's address")
    exclude = ("guest",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Photo]:
        return super().get_queryset(request).filter(EVERYBODYS)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Photo], search_term: str
    ) -> tuple[QuerySet[Photo], bool]:
        if key := key_in(search_term):
            return queryset.filter(pk=key), False
        return of_owner(queryset, search_term), False

    @display(description=_("picture"))
    def picture(self, photo: Photo) -> str:
        """Of photos that everybody sees: the others are their owners' own."""
        return thumbnail(photo) if photo.published_at else "–"

    @display(description=_("owner"))
    def whose(self, photo: Photo) -> str:
        return str(photo.owner or _("guest"))


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = ("short", "shown_state", "network", "attempt", "worker", "created_at", "why")
    list_filter = ("state", "created_at")
    ordering = ("-created_at",)
    sortable_by = ("created_at",)
    search_fields = ("id",)
    search_help_text = _("The id of a job or of its photo")
    readonly_fields = ("on_site",)
    exclude = ("queue_owner",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return super().get_queryset(request).filter(EVERYBODYS)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Job], search_term: str
    ) -> tuple[QuerySet[Job], bool]:
        if key := key_in(search_term):
            return queryset.filter(Q(pk=key) | Q(photo=key)), False
        return queryset.none() if search_term.strip() else queryset, False

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("queue/pause/", wrap(console.pause), name="queue-pause"),
            path("queue/resume/", wrap(console.resume), name="queue-resume"),
            path("queue/retry/", wrap(console.retry_all), name="queue-retry-all"),
            path("queue/retry/<uuid:job_id>/", wrap(console.retry), name="queue-retry"),
            path("queue/check/", wrap(console.check), name="queue-check"),
            *super().get_urls(),
        ]

    @display(description=_("job"))
    def short(self, job: Job) -> str:
        return str(job.pk)[:8]

    @display(description=_("state"), label=COLORS, ordering="state")
    def shown_state(self, job: Job) -> tuple[str, str]:
        return job.state, job.get_state_display()

    @display(description=_("network"))
    def network(self, job: Job) -> str:
        return f"{job.model_name}@{job.model_version}" if job.model_name else "–"

    @display(description=_("reason"))
    def why(self, job: Job) -> str:
        return job.error_code or "–"

    @display(description=_("page"))
    def on_site(self, job: Job) -> str:
        return format_html('<a href="{0}">{0}</a>', reverse("job", args=[job.pk]))
