"""The admin site itself: who comes in, and what its pages may load."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import secure_admin_login
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

POLICY = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "connect-src": [SELF],
}
"""What the theme needs beyond the site's own policy: its Alpine.js evaluates expressions that stand
in attributes, and sets styles. Nothing is foreign, and no script is inline."""


class ConsoleSite(UnfoldAdminSite):
    site_title = site_header = "colorweb"
    index_title = _("Console")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Every page of the console, under its own Content-Security-Policy."""
        return csp_update(POLICY)(super().admin_view(view, cacheable))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The site's own login, with its rate limits and second factor, for staff too."""
        return secure_admin_login(super().login)(request, extra_context)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The account's own page, which limits how often the old password may be guessed."""
        return redirect("account_change_password")
