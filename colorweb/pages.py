"""Pages of text: about, privacy, terms, and the guide to the API."""

from typing import Any

from django.conf import settings
from django.urls import path
from django.views.generic import TemplateView

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
        return super().get_context_data(card=card, **kwargs)


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
    path(
        "robots.txt",
        TemplateView.as_view(template_name="robots.txt", content_type="text/plain"),
        name="robots",
    ),
    path("terms/", TemplateView.as_view(template_name="terms.html"), name="terms"),
]
