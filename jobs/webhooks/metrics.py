"""Figures of webhooks for /metrics."""

from django.utils import timezone

from colorweb.health.counts import Histogram
from colorweb.health.metrics import Gauge, by_state
from jobs.models import WebhookDelivery, WebhookEndpoint


def _deliveries() -> dict[str, float]:
    return by_state(WebhookDelivery, WebhookDelivery.State.PENDING)


def _late() -> dict[str, float]:
    """Seconds since the delivery that is due longest should have been sent; 0 where none is."""
    waiting = WebhookDelivery.objects.filter(
        state=WebhookDelivery.State.PENDING, endpoint__paused_at=None
    )
    due = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    return {"next": max(0.0, (timezone.now() - due).total_seconds()) if due else 0.0}


def _paused() -> dict[str, float]:
    reasons = WebhookEndpoint.PauseReason
    return {
        reason.value: WebhookEndpoint.objects.filter(pause_reason=reason).count()
        for reason in (reasons.FAILING, reasons.GONE)
    }


TRY_SECONDS = Histogram("colorweb_webhook_try_seconds", "Tries of webhooks, by outcome", "outcome")
FIGURES = (
    Gauge("colorweb_webhook_deliveries", "Webhooks that wait to be sent", "state", _deliveries),
    Gauge("colorweb_webhook_late_seconds", "How late the next webhook is", "delivery", _late),
    Gauge("colorweb_webhooks_paused", "Receivers paused after failures", "reason", _paused),
    TRY_SECONDS,
)
