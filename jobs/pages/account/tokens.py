"""An account's API tokens: made, looked over, withdrawn."""

from datetime import timedelta
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from colorweb.accounts import tokens
from colorweb.accounts.models import ApiToken
from colorweb.accounts.visitors import VisitorRequest
from colorweb.errors import DomainError
from jobs.pages.account.index import user_of

SCOPES = {
    ApiToken.Scope.READ: gettext_lazy("See photos, jobs and results"),
    ApiToken.Scope.WRITE: gettext_lazy("Send, cancel, change and delete"),
    ApiToken.Scope.STAFF: gettext_lazy("Run the site"),
}
DAYS = {
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("a year"),
    "": gettext_lazy("until revoked"),
}


class NewToken(forms.Form):
    name = forms.CharField(max_length=100)
    scopes = forms.MultipleChoiceField(choices=[])
    days = forms.ChoiceField(choices=list(DAYS.items()), required=False)

    def __init__(self, *args: Any, is_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes = [(scope, text) for scope, text in SCOPES.items() if scope != "staff" or is_staff]
        self.fields["scopes"].choices = scopes  # type: ignore[attr-defined]

    def expiry(self) -> Any:
        """When the token ends; None for never."""
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None


@never_cache
@login_required
@require_GET
def list_tokens(request: VisitorRequest) -> HttpResponse:
    """Every token, without its secret."""
    mine = user_of(request).api_tokens.order_by("-created_at", "-pk")
    return render(request, "account/tokens.html", {"tokens": mine, "now": timezone.now()})


@never_cache
@login_required
@reauthentication_required
@require_http_methods(["GET", "POST"])
def make(request: VisitorRequest) -> HttpResponse:
    """Make a token and show it, this once; asks for the password if it was given long ago."""
    user = user_of(request)
    first = {"scopes": [ApiToken.Scope.READ, ApiToken.Scope.WRITE], "days": "90"}
    form = NewToken(request.POST or None, initial=first, is_staff=user.is_staff)
    if form.is_valid():
        values = form.cleaned_data
        try:
            token, secret = tokens.create(user, values["name"], values["scopes"], form.expiry())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            context = {"token": token, "secret": secret}
            return render(request, "account/token_made.html", context)
    status = 400 if form.is_bound else 200
    return render(request, "account/token_new.html", {"form": form}, status=status)


@login_required
@require_POST
def withdraw(request: VisitorRequest, token_id: int) -> HttpResponse:
    """From now on the token opens nothing."""
    token = get_object_or_404(user_of(request).api_tokens, pk=token_id)
    token.delete()
    messages.success(request, _("Token “%(name)s” was revoked.") % {"name": token.name})
    return redirect("account-tokens")
