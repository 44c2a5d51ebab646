from allauth.account.admin import EmailAddressAdmin as AllauthEmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from colorweb.accounts.models import ApiToken, User
from colorweb.console.pages import ReadOnly

for theirs in (Group, EmailAddress, Authenticator, UserSession):
    admin.site.unregister(theirs)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "date_joined")
    search_fields = ("email", "first_name", "last_name")
    readonly_fields = ("photos_for_training",)  # nobody agrees for somebody else
    fieldsets = (
        (None, {"fields": ("email", "password", "photos_for_training", "network")}),
        (_("Name"), {"fields": ("first_name", "last_name")}),
        (
            _("Permissions"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    pass


@admin.register(EmailAddress)
class EmailAddressAdmin(AllauthEmailAddressAdmin, ModelAdmin):
    pass


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnly):
    """To delete for somebody who has lost the second factor; the secret is nobody's business."""

    list_display = ("user", "type", "created_at", "last_used_at")
    search_fields = ("user__email",)
    exclude = ("data",)


@admin.register(UserSession)
class UserSessionAdmin(ReadOnly):
    list_display = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    search_fields = ("user__email", "ip")
    exclude = ("session_key", "data")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    """To look at and to withdraw; only their owners make them."""

    list_display = ("name", "user", "prefix", "scopes", "expires_at", "last_used_at")
    search_fields = ("name", "prefix", "user__email")
    exclude = ("digest",)
