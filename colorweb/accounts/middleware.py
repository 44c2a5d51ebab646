"""Every request learns who is asking."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from colorweb.accounts.models import ApiToken
from colorweb.accounts.visitors import (
    COOKIE,
    Visitor,
    VisitorRequest,
    bearer_token,
    identify,
    is_refused,
)
from colorweb.http import problems
from colorweb.http.origins import SAFE


class VisitorMiddleware(MiddlewareMixin):
    """Sets `request.visitor`, holds tokens to their scopes, and keeps a new guest's cookie once
    the guest owns something.

    A guest who logs in stops being one, and the account gets what the guest owned
    (`jobs.sharing.guests`).
    """

    def process_request(self, request: VisitorRequest) -> HttpResponse | None:
        authorization = request.headers.get("Authorization")
        request.visitor = identify(
            request.user,
            request.COOKIES,
            authorization or "",
            request.META.get("REMOTE_ADDR") or "unknown",
        )
        # The API refuses these itself, other schemes too; files of a site behind a proxy's Basic
        # authentication come with that.
        wants_file = problems.wants_json(request) and not problems.is_api(request.path)
        is_bearer = bearer_token(authorization or "") is not None
        if wants_file and is_bearer and is_refused(request.visitor, authorization):
            return _refuse_token(request)
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


def _refuse_token(request: HttpRequest) -> HttpResponse:
    answer = problems.respond(
        request,
        401,
        "authentication_failed",
        title=_("This token is not known here"),
        detail=_("This token is unknown, was changed or revoked, or has expired."),
    )
    answer["WWW-Authenticate"] = "Bearer"
    return answer
