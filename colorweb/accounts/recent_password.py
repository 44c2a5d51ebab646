"""What outlives a session asks for the password, or the second factor, again.

A session that somebody else got hold of must not become a token, a webhook or another address.
"""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.utils.decorators import method_decorator

from colorweb.errors import DomainError

CODE = "reauthentication_required"


@reauthentication_required
def _nothing(request: Any) -> None:
    """Passes who has given it within the last five minutes."""


def was_given(request: Any) -> bool:
    """Whether the account of this session has just proved to be itself."""
    try:
        _nothing(request)
    except ReauthenticationRequired:
        return False
    return True


def check(request: Any) -> None:
    """For the API: raises DomainError where it has to be given again first."""
    if not was_given(request):
        raise DomainError(CODE)


asked = method_decorator(reauthentication_required)
asked_for_changes = method_decorator(reauthentication_required(allow_get=True))


class ProvenAdmin:
    """Pages of the console that ask for it before anything is changed; beside a ModelAdmin."""

    @asked
    def changeform_view(self, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(*args, **kwargs)  # type: ignore[misc]

    @asked
    def delete_view(self, *args: Any, **kwargs: Any) -> Any:
        return super().delete_view(*args, **kwargs)  # type: ignore[misc]

    @asked_for_changes
    def changelist_view(self, *args: Any, **kwargs: Any) -> Any:
        return super().changelist_view(*args, **kwargs)  # type: ignore[misc]
