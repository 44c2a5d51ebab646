"""The account page: settings, export and deletion of an account."""

from collections.abc import AsyncIterator, Iterator

from allauth.account.decorators import reauthentication_required
from allauth.mfa.utils import is_mfa_enabled
from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Sum
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from colorweb.accounts import consent
from colorweb.accounts.models import User
from colorweb.accounts.visitors import VisitorRequest
from colorweb.http import zones
from colorweb.http.timeouts import release_thread
from jobs.pages.history import LookForm
from jobs.photos import export, ownership


@never_cache
@login_required
@require_GET
def account(request: VisitorRequest) -> HttpResponse:
    """One's address, password, second factor, sessions, language and photos."""
    user = user_of(request)
    addresses = user.emailaddress_set  # type: ignore[attr-defined]
    context = {
        "email_confirmed": addresses.filter(primary=True, verified=True).exists(),
        "token_count": user.api_tokens.count(),
        "webhook_count": user.webhooks.count(),
        "zones": zones.NAMES,
        "two_factor": is_mfa_enabled(user),
        "photos": user.photos.aggregate(count=Count("pk"), bytes=Sum("bytes", default=0)),
    }
    return render(request, "account/index.html", context)


@login_required
@require_POST
def learning(request: VisitorRequest, use: consent.Use) -> HttpResponse:
    """Say yes or no to one use of one's photos that the site learns from."""
    if "agree" in request.POST:
        consent.give(user_of(request), use)
    else:
        consent.withdraw(user_of(request), use)
    return redirect(reverse("account") + "#training")


@login_required
@require_POST
def look(request: VisitorRequest) -> HttpResponse:
    """Set the first look of new photos."""
    form = LookForm(request.POST)
    if form.is_valid():
        chosen = {f"default_{name}": value for name, value in form.cleaned_data.items()}
        User.objects.filter(pk=user_of(request).pk).update(**chosen)
        messages.success(request, _("New photos get this look."))
    return redirect(reverse("account") + "#look")


@require_POST
def zone(request: VisitorRequest) -> HttpResponse:
    """Set the time zone of pages, for browsers whose script does not."""
    answer = redirect("account")
    if (name := request.POST.get("zone", "")) in zones.NAMES:
        answer.set_cookie(zones.COOKIE, name, max_age=zones.MAX_AGE, samesite="Lax")
    return answer


@login_required
@reauthentication_required
@require_GET
def export_all(request: VisitorRequest) -> HttpResponseBase:
    """All of one's data as a zip, made while it is sent."""
    pieces = export.archive(*export.collect(user_of(request)))
    name = f"colorweb-{timezone.now():%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(_sent(pieces), content_type="application/zip", headers=headers)


async def _sent(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Django would read a plain iterator to its end before it sends the first byte."""

    def step() -> bytes | None:
        return next(pieces, None)

    await release_thread()
    while (piece := await sync_to_async(step)()) is not None:
        yield piece


@never_cache
@login_required
@reauthentication_required
@require_http_methods(["GET", "POST"])
def delete(request: VisitorRequest) -> HttpResponse:
    """Delete the account: asks for the password if it was given long ago, and for the address."""
    user = user_of(request)
    if request.method == "POST":
        if request.POST.get("email", "").strip().lower() == user.email.lower():
            logout(request)
            ownership.erase(user)
            messages.success(request, _("Your account and everything in it has been deleted."))
            return redirect("home")
        error = _("This is not the address of your account.")
        return render(request, "account/delete.html", {"error": error}, status=400)
    return render(request, "account/delete.html")


def user_of(request: VisitorRequest) -> User:
    """The session's account, whatever token the request carries; use after `login_required`."""
    return User.objects.get(pk=request.user.pk or 0)
