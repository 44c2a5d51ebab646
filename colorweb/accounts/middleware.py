"""Every request learns who is asking."""

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from colorweb.accounts.models import ApiToken
from colorweb.accounts.visitors import COOKIE, Visitor, VisitorRequest, identify
from colorweb.http import problems
from colorweb.http.cross_site import SAFE


class VisitorMiddleware(MiddlewareMixin):
    """Sets `request.visitor`, holds tokens to their scopes, and keeps a new guest's cookie once
    the guest owns something.

    A guest who logs in stops being one, and the account gets what the guest owned
    (`jobs.sharing.guests`).
    """

    def process_request(self, request: VisitorRequest) -> HttpResponse | None:
        request.visitor = identify(
            request.user,
            request.COOKIES,
            request.headers.get("Authorization", ""),
            request.META.get("REMOTE_ADDR") or "unknown",
        )
        scope = ApiToken.Scope.READ if request.method in SAFE else ApiToken.Scope.WRITE
        if request.visitor.may(scope):
            return None
        return problems.respond(
            request,
            403,
            "insufficient_scope",
            title=_("This token does not have permission for that"),
            detail=_("This needs a token with the scope “%(scope)s”.") % {"scope": scope},
        )

    def process_response(
        self, request: VisitorRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        visitor: Visitor | None = getattr(request, "visitor", None)
        if visitor and visitor.is_new and visitor.kept:
            response.set_cookie(
                COOKIE,
                visitor.token,
                max_age=settings.GUEST_COOKIE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        elif (
            visitor
            and not visitor.user
            and COOKIE in request.COOKIES
            and request.user.is_authenticated
        ):
            response.delete_cookie(COOKIE, samesite="Lax")
        # Pages and photos that the browser kept must not outlive the log-out.
        if visitor and visitor.user and not visitor.api_token and request.user.is_anonymous:
            response["Clear-Site-Data"] = '"cache"'
        return response
