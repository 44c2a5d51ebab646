"""Photos and their jobs as staff see them: to find, to look at, to delete; never to edit."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from colorweb.console.pages import ReadOnly
from jobs.admin import console
from jobs.admin.thumbnails import thumbnail
from jobs.models import Job, Photo, State

COLORS = {
    State.QUEUED: "info",
    State.RUNNING: "warning",
    State.SUCCEEDED: "success",
    State.FAILED: "danger",
}


@admin.register(Photo)
class PhotoAdmin(ReadOnly):
    list_display = ("picture", "__str__", "whose", "visibility", "width", "height", "created_at")
    list_display_links = ("__str__",)
    list_filter = ("visibility", "created_at")
    list_select_related = ("owner", "version")
    search_fields = ("=id", "owner__email")
    search_help_text = _("A photo's id, or its owner's address")
    exclude = ("guest",)

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
    search_fields = ("=id", "=photo__id")
    search_help_text = _("The id of a job or of its photo")
    readonly_fields = ("on_site",)
    exclude = ("queue_owner",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

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
