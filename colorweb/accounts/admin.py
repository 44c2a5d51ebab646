from typing import Any

from allauth.account.admin import EmailAddressAdmin as AllauthEmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from colorweb.accounts.models import ApiToken, User
from colorweb.accounts.recent_password import ProvenAdmin, asked
from colorweb.console.pages import Many, ReadOnly

for theirs in (Group, EmailAddress, Authenticator, UserSession):
    admin.site.unregister(theirs)

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")
"""What gives an account power over others; only superusers give or take it."""


def is_superuser(request: HttpRequest) -> bool:
    """Whether nobody is above who asks."""
    return bool(request.user.is_active and request.user.is_superuser)


@admin.register(User)
class UserAdmin(ProvenAdmin, DjangoUserAdmin, Many):
    """Who is no superuser changes customers only: whoever gives a colleague another password or
    address can be that colleague."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "date_joined")
    search_fields = ("email", "first_name", "last_name")
    readonly_fields = (
        "photos_for_training",
        "mends_for_learning",
    )  # nobody agrees for somebody else
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "email",
                    "password",
                    "photos_for_training",
                    "mends_for_learning",
                    "network",
                )
            },
        ),
        (_("Name"), {"fields": ("first_name", "last_name")}),
        (
            _("Permissions"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _is_below(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_below(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.readonly_fields + (() if is_superuser(request) else POWERS)

    @asked
    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().user_change_password(request, *args, **kwargs)


def _is_below(request: HttpRequest, user: User | None) -> bool:
    powerful = user is not None and (user.is_staff or user.is_superuser)
    return is_superuser(request) or not powerful


@admin.register(Group)
class GroupAdmin(ProvenAdmin, DjangoGroupAdmin, ModelAdmin):
    """What members of a group may do; others than superusers look only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return is_superuser(request)


class OfCustomers(ProvenAdmin):
    """Ways in of accounts: those of the staff are there for superusers only."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that this member of staff may know."""
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        if is_superuser(request):
            return rows
        return rows.filter(user__is_staff=False, user__is_superuser=False)


@admin.register(EmailAddress)
class EmailAddressAdmin(OfCustomers, AllauthEmailAddressAdmin, Many):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def get_readonly_fields(self, request: HttpRequest, obj: EmailAddress | None = None) -> Any:
        """An address stays with its account, or it could be given to a colleague's."""
        return () if is_superuser(request) else ("user",)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """To confirm an address is to change it."""
        actions: dict[str, Any] = super().get_actions(request)
        if not self.has_change_permission(request):
            actions.pop("make_verified", None)
        return actions


@admin.register(Authenticator)
class AuthenticatorAdmin(OfCustomers, ReadOnly):
    """To delete for somebody who has lost the second factor; the secret is nobody's business."""

    list_display = ("user", "type", "created_at", "last_used_at")
    search_fields = ("user__email",)
    exclude = ("data",)


@admin.register(UserSession)
class UserSessionAdmin(OfCustomers, ReadOnly):
    list_display = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    search_fields = ("user__email", "ip")
    exclude = ("session_key", "data")


@admin.register(ApiToken)
class ApiTokenAdmin(OfCustomers, ReadOnly):
    """To look at and to withdraw; only their owners make them."""

    list_display = ("name", "user", "prefix", "scopes", "expires_at", "last_used_at")
    search_fields = ("name", "prefix", "user__email")
    exclude = ("digest",)
