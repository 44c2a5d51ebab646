"""Which of its formats an answer has."""

from typing import Any

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

from colorweb.http.problems import CONTENT_TYPE


class Negotiation(DefaultContentNegotiation):
    """Serves who asks for problem details alone, and with `leads_to_files` who asks for pictures:
    what is not the file itself is JSON.
    """

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            view = (request.parser_context or {}).get("view")
            if not getattr(view, "leads_to_files", False):
                raise
            return renderers[0], renderers[0].media_type

    def get_accept_list(self, request: Request) -> list[str]:
        """The media types asked for; nothing is anything."""
        accepted: list[str] = super().get_accept_list(request)
        asked = [one.replace(CONTENT_TYPE, "application/json") for one in accepted if one]
        return asked or ["*/*"]
