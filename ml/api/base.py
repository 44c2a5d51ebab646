"""What the views for staff share."""

from colorweb.accounts.models import User
from colorweb.api import base

CODES = ("not_authenticated", "permission_denied")
"""What any of these endpoints may answer."""


class StaffView(base.View):
    """For accounts of the staff; `permission_classes` says which may use it."""

    @property
    def user(self) -> User:
        """Who asks; the permission classes let only accounts in."""
        assert self.visitor.user  # noqa: S101
        return self.visitor.user
