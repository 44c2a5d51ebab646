"""Keeps pages of other sites from changing anything here, whatever cookies come with a request.

Cookies alone do not decide: a hostile page's form carries none of ours (they are SameSite), and its
answer would replace the guest's cookie, which is all that proves whose the photos are.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from colorweb.http import problems

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
OWN = ("same-origin", "none")
"""`Sec-Fetch-Site` of our own pages, and of what people do themselves, as in the address bar."""


def is_foreign(request: HttpRequest) -> bool:
    """Whether a browser says that another site's page sends this unsafe request.

    Programs send neither `Origin` nor `Sec-Fetch-Site`. A page cannot send `Authorization` to
    another site without asking first (CORS), and we never allow it, so who sends it is no page.
    Origins in `CSRF_TRUSTED_ORIGINS` are no other site.
    """
    headers = request.headers
    if request.method in SAFE or headers.get("Authorization", "").lower().startswith("bearer "):
        return False
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if site in OWN or (site is None and origin is None):
        return False
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return False
    return site is not None or origin != f"{request.scheme}://{request.get_host()}"


class CrossSite(MiddlewareMixin):
    """Refuses such requests before anybody is identified, so that no cookie is set either."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if not is_foreign(request):
            return None
        return problems.respond(
            request,
            403,
            "cross_site",
            title=_("This came from another site"),
            detail=_(
                "Another site's page sent this, and nothing was changed. If you meant it, do it "
                "on our own pages."
            ),
        )
