"""What the views for staff share."""

from django.db.models import Model
from rest_framework import status
from rest_framework.response import Response
from rest_framework.serializers import Serializer

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


def changed(row: Model, kind: type[Serializer], code: int = status.HTTP_200_OK) -> Response:
    """A row as it is after something was done with it."""
    row.refresh_from_db()
    return Response(kind(row).data, status=code)
