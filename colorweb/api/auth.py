"""Who calls the API: a token, a session, a guest's cookie or token, or somebody new."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from colorweb.accounts.models import ApiToken
from colorweb.accounts.visitors import COOKIE, is_refused
from colorweb.http.origins import from_browser


class VisitorAuthentication(SessionAuthentication):
    """What a browser proves with cookies it must prove with CSRF too; a token needs none.

    Nor does a guest's cookie that a program's cookie jar sends: browsers say where an unsafe
    request comes from (`colorweb.http.cross_site`), programs do not.
    """

    def authenticate(self, request: Any) -> tuple[Any, ApiToken | None] | None:
        user, token = request.visitor.user, request.visitor.api_token
        if token:
            return user, token
        header = request.headers.get("Authorization")
        if is_refused(request.visitor, header):
            raise AuthenticationFailed(
                _(
                    "Send a token as “Authorization: Bearer …”. This one is unknown, was changed "
                    "or revoked, or has expired."
                )
            )
        if header is not None:
            return None
        if user or (COOKIE in request.COOKIES and from_browser(request)):
            self.enforce_csrf(request)
        return (user, None) if user else None

    def enforce_csrf(self, request: Any) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise PermissionDenied(
                _(
                    "Send the csrftoken cookie's value as the header X-CSRFToken, or a token as "
                    "Authorization: Bearer …"
                ),
                "csrf_failed",
            ) from error

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
