"""Every request says who acts, for what is recorded during it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from colorweb.accounts.visitors import Visitor
from colorweb.audit.models import Action
from colorweb.audit.records import Actor, acting
from colorweb.http import problems


def audit(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """Stands after `VisitorMiddleware`."""

    def answer(request: HttpRequest) -> Any:
        with acting(_actor_of(request)):
            return get_response(request)

    return answer


def _actor_of(request: HttpRequest) -> Actor:
    visitor: Visitor = request.visitor  # type: ignore[attr-defined]
    via = Action.Via.PAGE
    if request.path.startswith("/admin/"):
        via = Action.Via.CONSOLE
    elif problems.is_api(request.path):
        via = Action.Via.API
    user = visitor.user
    return Actor(via, user.pk if user else None, user.email if user else "")
