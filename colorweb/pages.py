"""Pages that say what is so: about, privacy, terms."""

from typing import Any

from django.urls import path
from django.views.generic import TemplateView

from ml import catalog


class About(TemplateView):
    template_name = "about.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the card of the network that colours by default, if there is one."""
        try:
            card = catalog.card()
        except LookupError:
            card = {}
        return super().get_context_data(card=card, **kwargs)


urlpatterns = [
    path("about/", About.as_view(), name="about"),
    path("privacy/", TemplateView.as_view(template_name="privacy.html"), name="privacy"),
    path("terms/", TemplateView.as_view(template_name="terms.html"), name="terms"),
]
