"""Staff permissions as the framework's permission classes."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from ml import permissions


def staff(*, read: str = "", write: str = "") -> type[BasePermission]:
    """Lets staff in that have the permission `read` for safe methods, `write` for all others.

    Where one is not named, an account is enough: the view has no such method.
    """

    class StaffPermission(BasePermission):
        message = gettext_lazy("Only staff with the right permission can do this.")

        def has_permission(self, request: Request, view: Any) -> bool:
            visitor = request.visitor  # type: ignore[attr-defined]
            if visitor.user is None:
                raise NotAuthenticated(_("Sign in, or send an account's token."))
            needed = read if request.method in SAFE_METHODS else write
            return not needed or permissions.may(visitor, needed)

    return StaffPermission
