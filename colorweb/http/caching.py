"""What may be kept of an answer: nothing of secrets, and nothing without asking here first."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from colorweb.http.origins import SAFE

ACCOUNT = "/account/"
NO_STORE = "no-store"
ASK_FIRST = "private, no-cache"
"""Only the browser itself keeps it, and asks each time whether it is still so, and still theirs."""


class Caching(MiddlewareMixin):
    """Sets `Cache-Control` where a view has not; Django's ConditionalGetMiddleware adds the ETag.

    Answers to changes may hold what is shown only once, as a new token.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.has_header("Cache-Control"):
            secret = request.method not in SAFE or request.path.startswith(ACCOUNT)
            response["Cache-Control"] = NO_STORE if secret else ASK_FIRST
        return response
