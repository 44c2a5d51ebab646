"""Deliveries on their way: claimed, posted, recorded; retried for more than a day.

A 2xx answer means delivered. Anything else is a failure: redirects are not followed, and 410
pauses the endpoint. After a failure the sender backs off from the receiver, so that ten thousand
messages to a dead one cost one try now and then; after days of failures only, the endpoint is
paused. A delivery whose worker died is sent again when its lease ends.
"""

import logging
import random
import time
import uuid
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from colorweb import clock, leases
from colorweb.http import outgoing
from jobs.events.outbox import SEND
from jobs.models import WebhookDelivery, WebhookEndpoint
from jobs.webhooks import endpoints, messages
from jobs.webhooks.metrics import TRY_SECONDS

log = logging.getLogger(__name__)

MAX_CONCURRENT = 64
MAX_CONCURRENT_PER_OWNER = 8
MAX_CONCURRENT_PER_RECEIVER = 4
KEPT_FREE = 16
"""Of all these, places for one delivery each of owners who have nothing under way."""
LEASE = timedelta(minutes=1)
"""Longer than any try takes."""
SHIFT = 60.0
"""Seconds after which a sender lets another task of its queue run."""
MAX_BACKOFF = 300
"""Seconds; so that a receiver which is back hears of it soon."""
MAX_LOGGED = 15
ANSWER_READ = 10_000
State = WebhookDelivery.State


class Receiver(NamedTuple):
    """An endpoint, or None for the addresses of single jobs; whose it is; and whose jobs it hears
    of, None for what is about no job."""

    endpoint: uuid.UUID | None
    owner: str
    queue_owner: str | None


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

    @property
    def kind(self) -> str:
        """The same in a word."""
        if self.delivered:
            return "delivered"
        return "unreachable" if self.status is None else "refused"

    def logged(self) -> dict[str, Any]:
        """An entry of the delivery's log."""
        return {
            "at": self.at.isoformat(),
            "ms": self.milliseconds,
            "status": self.status,
            "error": self.error,
        }


def send_due() -> int:
    """Send what is due until nothing is, or the shift is over; how many tries that were.

    One process claims at a time: the others of the queue have other things to do. Its shift over,
    another one may begin while this one waits for the answers that are left.
    """
    if not cache.add("webhooks-sending", 1, timeout=2 * SHIFT):
        return 0
    under_way: dict[Future[Outcome], WebhookDelivery] = {}
    tries, ends = 0, time.monotonic() + SHIFT
    with ThreadPoolExecutor(MAX_CONCURRENT) as pool:
        try:
            while time.monotonic() < ends:
                for delivery in claim():
                    under_way[_start(pool, delivery)] = delivery
                    tries += 1
                if not under_way:
                    return tries
                _record_ended(under_way)
        finally:
            cache.delete("webhooks-sending")
        SEND.publish()
        while under_way:
            _record_ended(under_way)
    return tries


def _record_ended(under_way: dict[Future[Outcome], WebhookDelivery]) -> None:
    # Not for longer than a second: new deliveries need not wait for a slow one.
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
    return pool.submit(_post, delivery.url, content, headers, now)


def claim() -> list[WebhookDelivery]:
    """Claim deliveries that are due: few of each receiver and owner, beside those under way in any
    process, and first of those who have the fewest."""
    receivers, owners = _under_way()
    claimed: list[WebhookDelivery] = []
    due = _due()
    for receiver in sorted(_receivers(due), key=lambda one: owners[one.owner]):
        left = MAX_CONCURRENT - owners.total()
        first = 0 if owners[receiver.owner] else min(1, left)
        limit = min(
            MAX_CONCURRENT_PER_RECEIVER - receivers[receiver],
            MAX_CONCURRENT_PER_OWNER - owners[receiver.owner],
            max(left - KEPT_FREE, first),
        )
        if limit <= 0:
            continue
        rows = due.filter(endpoint=receiver.endpoint, job__queue_owner=receiver.queue_owner)
        rows = rows.order_by("due_at").select_related("endpoint", "job__photo", "batch")
        found = leases.claim(rows.select_related("archive", "run"), limit, lease=LEASE)
        receivers[receiver] += len(found)
        owners[receiver.owner] += len(found)
        claimed += found
    return claimed


def _due() -> QuerySet[WebhookDelivery]:
    """What may be sent now."""
    awake = Q(endpoint__backoff_until=None) | Q(endpoint__backoff_until__lte=Now())
    return WebhookDelivery.objects.filter(
        awake,
        state=State.PENDING,
        due_at__lte=Now(),
        endpoint__paused_at=None,
        lease_until=None,
    )


def _under_way() -> tuple[Counter[Receiver], Counter[str]]:
    """How many deliveries each receiver and each owner has that some process is sending."""
    held = WebhookDelivery.objects.filter(state=State.PENDING, lease_until__isnull=False)
    receivers = Counter(_receivers(held, distinct=False))
    owners: Counter[str] = Counter()
    for receiver, count in receivers.items():
        owners[receiver.owner] += count
    return receivers, owners


def _receivers(rows: QuerySet[WebhookDelivery], *, distinct: bool = True) -> list[Receiver]:
    found = rows.order_by().values_list("endpoint", "endpoint__owner", "job__queue_owner")
    return [
        Receiver(endpoint, f"user:{owner}" if owner else queue_owner, queue_owner)
        for endpoint, owner, queue_owner in (found.distinct() if distinct else found)
    ]


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
        pass  # it has answered; the rest of its answer does not matter
    except (outgoing.Forbidden, outgoing.Unreachable) as problem:
        status, error = None, str(problem)
    except Exception:
        log.exception("A webhook to %s failed unexpectedly.", url)
        error = "internal error"
    return Outcome(now, round((time.monotonic() - start) * 1000), status, error)


def _record(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Record how a try ended, for the delivery and for its receiver."""
    TRY_SECONDS.observe(outcome.milliseconds / 1000, outcome.kind)
    with suppress(leases.LeaseLost):
        leases.release(delivery, **_result(delivery, outcome))
    if delivery.endpoint:
        _back_off(delivery.endpoint, outcome)


def _result(delivery: WebhookDelivery, outcome: Outcome) -> dict[str, Any]:
    """What a try changes at its delivery: an end, or the next try."""
    attempts = [*delivery.attempts, outcome.logged()][-MAX_LOGGED:]
    if outcome.delivered:
        return {"state": State.DELIVERED, "attempts": attempts}
    if delivery.failures >= len(settings.WEBHOOK_SCHEDULE):
        return {"state": State.FAILED, "attempts": attempts}
    pause = settings.WEBHOOK_SCHEDULE[delivery.failures] * random.uniform(0.8, 1.2)  # noqa: S311
    due_at = Now() + timedelta(seconds=pause)
    return {"attempts": attempts, "failures": F("failures") + 1, "due_at": due_at}


def reap() -> None:
    """Free what dead workers left; it is sent again however often that happens."""
    leases.requeue(WebhookDelivery.objects.filter(state=State.PENDING))


def _back_off(endpoint: WebhookEndpoint, outcome: Outcome) -> None:
    """Leave a receiver that fails alone for a while, and pause it after days of failures."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if outcome.delivered:
        rows.exclude(failures=0).update(failures=0, failing_since=None, backoff_until=None)
        return
    steps = [*settings.WEBHOOK_SCHEDULE, MAX_BACKOFF]
    seconds = min(steps[min(endpoint.failures, len(steps) - 1)], MAX_BACKOFF)
    rows.update(
        failures=F("failures") + 1,
        failing_since=Coalesce("failing_since", Now()),
        backoff_until=Now() + timedelta(seconds=seconds),
    )
    endpoint.refresh_from_db()
    now = clock.now()
    if outcome.status == 410:
        endpoints.pause(endpoint, WebhookEndpoint.PauseReason.GONE)
    elif now - (endpoint.failing_since or now) > settings.WEBHOOK_PAUSED_AFTER:
        endpoints.pause(endpoint, WebhookEndpoint.PauseReason.FAILING)


def resend(delivery: WebhookDelivery) -> None:
    """Send it again, now and if need be by the whole schedule; a paused receiver has to wait."""
    paused = delivery.endpoint and delivery.endpoint.paused_at
    with transaction.atomic():
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            state=State.HELD if paused else State.PENDING,
            failures=0,
            attempt=F("attempt") + 1,  # a try that is under way records nothing
            lease_until=None,
            due_at=Now(),
        )
        transaction.on_commit(SEND.publish)
    delivery.refresh_from_db()


def sweep() -> int:
    """Forget deliveries older than the log is kept; how many."""
    oldest = clock.before(settings.WEBHOOK_LOG_RETENTION)
    return WebhookDelivery.objects.filter(created_at__lt=oldest).delete()[0]
