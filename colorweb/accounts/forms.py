"""Forms of accounts that differ from allauth's."""

from typing import Any

from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import redirect


class SignupForm(AllauthSignupForm):
    """Signing up twice at once, as by pressing twice, makes one account.

    An address that has an account takes as long as a new one: a password is hashed.
    """

    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError as error:  # the other was quicker: the address has an account now
            if not settings.ACCOUNT_PREVENT_ENUMERATION:
                raise ImmediateHttpResponse(redirect("account_login")) from error
            self.account_already_exists = True
            return super().try_save(request)


class ResetPasswordForm(AllauthResetPasswordForm):
    """Who asks for another's link again and again sends no more mail, and keeps nobody from asking.

    The links of the mails that were sent still work.
    """

    def save(self, request: HttpRequest, **options: Any) -> str:
        email: str = self.cleaned_data["email"]
        if ratelimit.consume(request, action="reset_password_mail", key=email.lower()):
            super().save(request, **options)
        return email
