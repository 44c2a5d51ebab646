"""Pages of text: about, privacy, terms, and the guide to the API."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import path
from django.utils.translation import get_language, gettext
from django.views.generic import RedirectView, TemplateView

from colorweb import guide
from ml.versions import registry


class About(TemplateView):
    template_name = "about.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the card of the network in service, if there is one."""
        try:
            card = registry.current().card
        except LookupError:
            card = {}
        said = [text for text in (card.get("trained_on"), card.get("license")) if text]
        learned = [gettext(text) for text in said]
        language = "en" if learned == said else get_language()
        return super().get_context_data(card=card, learned=learned, language=language, **kwargs)


def favicon(request: HttpRequest) -> HttpResponse:
    """For who asks for it without having read a page."""
    return redirect(static("favicon.ico"))


def offline(request: HttpRequest) -> HttpResponse:
    """What browsers show where there is no connection: it knows nobody, since it is kept."""
    return HttpResponse(render_to_string("offline.html"))


def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps static files and the page for no connection; asked for each time."""
    answer = render(request, "sw.js", content_type="text/javascript")
    answer["Cache-Control"] = "no-cache"
    return answer


urlpatterns = [
    path(
        "api/guide/",
        TemplateView.as_view(template_name="api_guide.html", extra_context={"guide": guide.page}),
        name="api-guide",
    ),
    path("about/", About.as_view(), name="about"),
    path(
        "privacy/",
        TemplateView.as_view(
            template_name="privacy.html",
            extra_context={"webhook_days": settings.WEBHOOK_LOG_RETENTION.days},
        ),
        name="privacy",
    ),
    path("favicon.ico", favicon, name="favicon"),
    path(
        "manifest.webmanifest",
        TemplateView.as_view(
            template_name="manifest.webmanifest", content_type="application/manifest+json"
        ),
        name="manifest",
    ),
    path("offline/", offline, name="offline"),
    path("sw.js", service_worker, name="service-worker"),
    path("share-target/", RedirectView.as_view(pattern_name="home"), name="share-target"),
    path(
        "robots.txt",
        TemplateView.as_view(template_name="robots.txt", content_type="text/plain"),
        name="robots",
    ),
    path("terms/", TemplateView.as_view(template_name="terms.html"), name="terms"),
]
