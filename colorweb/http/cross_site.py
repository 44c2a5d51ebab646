"""Keeps pages of other sites from changing anything here, whatever cookies come with a request.

Cookies alone do not decide: a hostile page's form carries none of ours (they are SameSite), and its
answer would replace the guest's cookie, which is all that proves whose the photos are.
"""

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from colorweb.http import problems
from colorweb.http.origins import is_foreign


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
