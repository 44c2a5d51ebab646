"""Deliveries on their way: claimed, posted, noted; tried again for more than a day.

Whoever answers 2xx has been told. Anything else is a failure: redirects are not followed, and
410 means that nobody wants to hear more. A receiver that fails rests for a while, so that ten
thousand messages to a dead one cost one try now and then, and after days of nothing but
failures it is paused. A worker that dies with a delivery in its hands costs a lease of it.
"""

import logging
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from colorweb.http import outgoing
from jobs.events.outbox import SEND
from jobs.models import WebhookDelivery, WebhookEndpoint
from jobs.webhooks import endpoints, messages

log = logging.getLogger(__name__)

AT_ONCE = 40
AT_ONCE_TO_ONE = 4
LEASE = timedelta(minutes=1)
"""Longer than any try takes."""
SHIFT = 60.0
"""Seconds after which a sender lets another task of its queue run."""
LONGEST_REST = 300
"""Seconds; so that a receiver which is back hears of it soon."""
ATTEMPTS_KEPT = 15
ANSWER_READ = 10_000
State = WebhookDelivery.State
Receiver = tuple[uuid.UUID | None, str | None]
"""An endpoint, or None for the addresses of single jobs, and whose jobs it hears of, or None for
tests."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended: the receiver's status, or what kept it from answering."""

    at: datetime
    milliseconds: int
    status: int | None = None
    error: str = ""

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def told(self) -> dict[str, Any]:
        """As the delivery's log has it."""
        return {
            "at": self.at.isoformat(),
            "ms": self.milliseconds,
            "status": self.status,
            "error": self.error,
        }


def send_due() -> int:
    """Send what is due until nothing is, or the shift is over; how many tries that were.

    One process sends at a time: the others of the queue have other things to do.
    """
    if not cache.add("webhooks-sending", 1, timeout=2 * SHIFT):
        return 0
    try:
        return _send_due(time.monotonic() + SHIFT)
    finally:
        cache.delete("webhooks-sending")


def _send_due(ends: float) -> int:
    under_way: dict[Future[Outcome], WebhookDelivery] = {}
    tries = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while True:
            if time.monotonic() < ends:
                for delivery in claim(Counter(map(_receiver, under_way.values()))):
                    under_way[_start(pool, delivery)] = delivery
                    tries += 1
            if not under_way:
                return tries
            # Not for longer than a second: what comes meanwhile need not wait for a slow one.
            for ended in wait(under_way, timeout=1, return_when=FIRST_COMPLETED).done:
                _record(under_way.pop(ended), ended.result())


def _start(pool: ThreadPoolExecutor, delivery: WebhookDelivery) -> Future[Outcome]:
    """Sign a delivery and let a thread, which needs no database, post it."""
    now = timezone.now()
    try:
        content = messages.body(delivery)
        headers = messages.headers(delivery, content, now)
    except InvalidToken:
        future: Future[Outcome] = Future()
        future.set_result(Outcome(now, 0, error=_("The secret cannot be read: make a new one.")))
        return future
    return pool.submit(_post, url_of(delivery), content, headers, now)


def claim(busy: Counter[Receiver] | None = None) -> list[WebhookDelivery]:
    """Take deliveries that are due, few of each receiver, beside those `busy` already."""
    busy = busy or Counter()
    taken: list[WebhookDelivery] = []
    for receiver, rows in _by_receiver(busy):
        room = min(AT_ONCE_TO_ONE - busy[receiver], AT_ONCE - busy.total() - len(taken))
        for row in rows[: max(0, room)]:
            mine = WebhookDelivery.objects.filter(pk=row.pk, tries=row.tries, state=State.PENDING)
            if mine.update(tries=F("tries") + 1, due_at=Now() + LEASE):
                row.tries += 1
                taken.append(row)
    return taken


def _by_receiver(
    busy: Counter[Receiver],
) -> Iterator[tuple[Receiver, QuerySet[WebhookDelivery]]]:
    awake = Q(endpoint__rests_until=None) | Q(endpoint__rests_until__lte=Now())
    due = WebhookDelivery.objects.filter(
        awake, state=State.PENDING, due_at__lte=Now(), endpoint__paused_at=None
    )
    receivers = due.order_by().values_list("endpoint", "job__queue_owner").distinct()
    for endpoint, owner in receivers:
        if busy[(endpoint, owner)] < AT_ONCE_TO_ONE:
            rows = due.filter(endpoint=endpoint, job__queue_owner=owner).order_by("due_at")
            yield (endpoint, owner), rows.select_related("endpoint", "job__photo")


def _receiver(delivery: WebhookDelivery) -> Receiver:
    return delivery.endpoint_id, delivery.job.queue_owner if delivery.job else None


def url_of(delivery: WebhookDelivery) -> str:
    """Where it goes."""
    if delivery.endpoint:
        return delivery.endpoint.url
    return delivery.job.webhook_url if delivery.job else ""


def _post(url: str, content: bytes, headers: dict[str, str], now: datetime) -> Outcome:
    """One try; whatever happens is its outcome."""
    start = time.monotonic()
    status, error = None, ""
    try:
        with outgoing.request(
            "POST", url, headers=headers, content=content, seconds=settings.WEBHOOK_TIMEOUT
        ) as answer:
            status = answer.status
            for _piece in outgoing.limited(answer.body, ANSWER_READ):
                pass
    except outgoing.TooLong:
        pass  # it has answered; what else it has to say is its own affair
    except (outgoing.Forbidden, outgoing.Unreachable) as problem:
        status, error = None, str(problem)
    except Exception:
        log.exception("A webhook to %s failed in a way nobody thought of.", url)
        error = "internal error"
    return Outcome(now, round((time.monotonic() - start) * 1000), status, error)


def _record(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Note how a try ended, for the delivery and for its receiver."""
    rows = WebhookDelivery.objects.filter(pk=delivery.pk, tries=delivery.tries, state=State.PENDING)
    attempts = [*delivery.attempts, outcome.told()][-ATTEMPTS_KEPT:]
    if outcome.delivered:
        rows.update(state=State.DELIVERED, attempts=attempts)
    elif delivery.failures >= len(settings.WEBHOOK_SCHEDULE):
        rows.update(state=State.FAILED, attempts=attempts)
    else:
        pause = settings.WEBHOOK_SCHEDULE[delivery.failures] * random.uniform(0.8, 1.2)  # noqa: S311
        rows.update(
            attempts=attempts, failures=F("failures") + 1, due_at=Now() + timedelta(seconds=pause)
        )
    if delivery.endpoint:
        _judge(delivery.endpoint, outcome)


def _judge(endpoint: WebhookEndpoint, outcome: Outcome) -> None:
    """Let a receiver that fails rest, and pause it when that goes on for days."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if outcome.delivered:
        rows.exclude(failures=0).update(failures=0, failing_since=None, rests_until=None)
        return
    steps = [*settings.WEBHOOK_SCHEDULE, LONGEST_REST]
    rest = min(steps[min(endpoint.failures, len(steps) - 1)], LONGEST_REST)
    rows.update(
        failures=F("failures") + 1,
        failing_since=Coalesce("failing_since", Now()),
        rests_until=Now() + timedelta(seconds=rest),
    )
    endpoint.refresh_from_db()
    since = endpoint.failing_since or timezone.now()
    if outcome.status == 410:
        endpoints.pause(endpoint, endpoints.GONE)
    elif timezone.now() - since > settings.WEBHOOK_PAUSED_AFTER:
        endpoints.pause(endpoint, endpoints.FAILING)


def resend(delivery: WebhookDelivery) -> None:
    """Send it again, now and if need be by the whole schedule; a paused receiver has to wait."""
    paused = delivery.endpoint and delivery.endpoint.paused_at
    with transaction.atomic():
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            state=State.HELD if paused else State.PENDING,
            failures=0,
            tries=F("tries") + 1,
            due_at=Now(),
        )
        transaction.on_commit(SEND.publish)
    delivery.refresh_from_db()


def sweep() -> int:
    """Forget deliveries older than the log is kept; how many."""
    oldest = timezone.now() - settings.WEBHOOK_LOG_KEPT
    return WebhookDelivery.objects.filter(created_at__lt=oldest).delete()[0]
