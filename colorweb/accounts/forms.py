"""Forms of accounts that differ from allauth's."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import redirect


class SignupForm(AllauthSignupForm):
    """Signing up twice at once, as by pressing twice, makes one account."""

    def try_save(self, request: HttpRequest) -> Any:
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError as error:  # the other was quicker: the address has an account now
            if not settings.ACCOUNT_PREVENT_ENUMERATION:
                raise ImmediateHttpResponse(redirect("account_login")) from error
            self.account_already_exists = True
            return super().try_save(request)
