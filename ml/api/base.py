"""What the staff's views share: who may, and refusals in the API's own form."""

from typing import ClassVar

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.request import Request

from colorweb.accounts.models import User
from colorweb.api import base
from ml import permissions

CODES = ("not_authenticated", "permission_denied")
"""What any of these endpoints may answer."""


class StaffView(base.View):
    """Asks for the permission that the method needs before anything else."""

    needs: ClassVar[dict[str, str]] = {}

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if self.visitor.user is None:
            raise NotAuthenticated(_("Sign in, or send an account's token."))
        needed = self.needs.get(request.method or "")
        if needed and not permissions.may(self.visitor, needed):
            raise PermissionDenied(_("Only staff with the right permission can do this."))

    @property
    def user(self) -> User:
        """Who asks; `initial` found an account."""
        assert self.visitor.user  # noqa: S101
        return self.visitor.user
