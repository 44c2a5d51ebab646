"""An account's webhooks: made, looked over, paused, and what was delivered."""

import uuid

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

from colorweb.accounts.visitors import VisitorRequest
from colorweb.api import rates
from colorweb.errors import DomainError
from colorweb.http import outgoing
from jobs.events.outbox import try_out
from jobs.models import USUAL, Event, WebhookEndpoint
from jobs.pages.account.index import user_of
from jobs.pages.base import limited
from jobs.webhooks import endpoints, sending

MAX_DELIVERIES = 50
EVENTS = {
    Event.SUCCEEDED: gettext_lazy("A photo is colored"),
    Event.FAILED: gettext_lazy("A photo could not be colored"),
    Event.CANCELED: gettext_lazy("A job was canceled"),
    Event.BATCH_FINISHED: gettext_lazy("A batch has finished"),
    Event.ARCHIVE_READY: gettext_lazy("A zip is ready"),
    Event.STARTED: gettext_lazy("Coloring has started"),
    Event.PROGRESSED: gettext_lazy("Coloring has come to another stage"),
    Event.RUN_ENDED: gettext_lazy("A training that you started has ended"),
}


class Endpoint(forms.Form):
    url = forms.CharField(max_length=outgoing.MAX_URL_LENGTH)
    events = forms.MultipleChoiceField(choices=list(EVENTS.items()))

    def clean_url(self) -> str:
        """Refuse an address that would never be called."""
        url: str = self.cleaned_data["url"]
        try:
            outgoing.check(url)
        except outgoing.Forbidden as error:
            raise forms.ValidationError(str(error)) from error
        return url


@never_cache
@login_required
@require_GET
def list_webhooks(request: VisitorRequest) -> HttpResponse:
    """Every webhook, and how it does."""
    mine = user_of(request).webhooks.order_by("-created_at", "-pk")
    return render(request, "account/webhooks.html", {"webhooks": mine})


@never_cache
@login_required
@reauthentication_required
@require_http_methods(["GET", "POST"])
def make(request: VisitorRequest) -> HttpResponse:
    """Make a webhook and show its secret, this once; asks for the password like tokens do."""
    form = Endpoint(request.POST or None, initial={"events": USUAL})
    if form.is_valid():
        try:
            endpoint, secret = endpoints.create(user_of(request), **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return _shown(request, endpoint, secret)
    status = 400 if form.is_bound else 200
    return render(request, "account/webhook_new.html", {"form": form}, status=status)


@never_cache
@login_required
@reauthentication_required(allow_get=True)
@require_http_methods(["GET", "POST"])
def one(request: VisitorRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """One webhook: its address and events to change, and its latest deliveries."""
    endpoint = _own(request, endpoint_id)
    form = Endpoint(request.POST or None, initial={"url": endpoint.url, "events": endpoint.events})
    if form.is_valid():
        endpoints.change(endpoint, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("account-webhook", endpoint_id)
    latest = endpoint.deliveries.select_related("endpoint", "job__photo").order_by(
        "-created_at", "-pk"
    )
    context = {
        "webhook": endpoint,
        "form": form,
        "deliveries": latest[:MAX_DELIVERIES],
        "now": timezone.now(),
    }
    return render(request, "account/webhook.html", context, status=400 if form.is_bound else 200)


@never_cache
@login_required
@reauthentication_required
@require_http_methods(["GET", "POST"])
def rotate(request: VisitorRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """Make a new secret and show it (POST), or explain what that does (GET)."""
    endpoint = _own(request, endpoint_id)
    if request.method == "POST":
        return _shown(request, endpoint, endpoints.rotate(endpoint))
    return render(request, "account/webhook_rotate.html", {"webhook": endpoint})


@login_required
@require_POST
@limited
def test(request: VisitorRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """Send a test; its outcome appears in the log."""
    endpoint = _own(request, endpoint_id)
    rates.check("webhook", request.visitor.queue_owner)
    try_out(endpoint)
    messages.success(request, _("A test message is on its way. The list below shows how it went."))
    return redirect("account-webhook", endpoint_id)


@login_required
@require_POST
def pause(request: VisitorRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """Send nothing for now."""
    endpoints.pause(_own(request, endpoint_id), WebhookEndpoint.PauseReason.ASKED)
    return redirect("account-webhook", endpoint_id)


@login_required
@require_POST
def resume(request: VisitorRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """Send again, and what was held."""
    endpoints.resume(_own(request, endpoint_id))
    return redirect("account-webhook", endpoint_id)


@login_required
@require_POST
def delete(request: VisitorRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """Delete the endpoint: this address gets no more messages."""
    endpoint = _own(request, endpoint_id)
    endpoint.delete()
    messages.success(request, _("Webhook %(url)s was deleted.") % {"url": endpoint.url})
    return redirect("account-webhooks")


@login_required
@require_POST
@limited
def resend(request: VisitorRequest, endpoint_id: uuid.UUID, delivery_id: uuid.UUID) -> HttpResponse:
    """Deliver one message again."""
    delivery = get_object_or_404(_own(request, endpoint_id).deliveries, pk=delivery_id)
    rates.check("webhook", request.visitor.queue_owner)
    sending.resend(delivery)
    return redirect("account-webhook", endpoint_id)


def _own(request: VisitorRequest, endpoint_id: uuid.UUID) -> WebhookEndpoint:
    return get_object_or_404(user_of(request).webhooks, pk=endpoint_id)


def _shown(request: VisitorRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    context = {"webhook": endpoint, "secret": secret}
    return render(request, "account/webhook_secret.html", context)
