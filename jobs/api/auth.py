"""Who calls the API: a session, a guest's cookie, a guest's token, or somebody new."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from colorweb.accounts.visitors import COOKIE, bearer_token, guest_key, network_of


class VisitorAuthentication(SessionAuthentication):
    """What a browser proves with cookies it must prove with CSRF too; a token needs none."""

    def authenticate(self, request: Any) -> tuple[Any, None] | None:
        if token := bearer_token(request.headers.get("Authorization", "")):
            if guest_key(token) is None:
                raise AuthenticationFailed("This token is not one of ours, or was changed.")
            return None
        user = request.visitor.user
        if user or COOKIE in request.COOKIES:
            self.enforce_csrf(request)
        return (user, None) if user else None

    def enforce_csrf(self, request: Any) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise PermissionDenied(
                _("Send the csrftoken cookie's value as the header X-CSRFToken."), "csrf_failed"
            ) from error

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class UploadThrottle(SimpleRateThrottle):
    """So many new photos a minute from one address, or one IPv6 network."""

    scope = "upload"

    def get_cache_key(self, request: Request, view: Any) -> str:
        address = network_of(request.META.get("REMOTE_ADDR") or "")
        return self.cache_format % {"scope": self.scope, "ident": address}
