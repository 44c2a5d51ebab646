"""A checked version tried on a part of the photos: which, how they end, and what follows from it.

Owners are chosen by a hash, so that all photos of one come from one network. Whoever colors
(`jobs.results`) asks for the `trial`, and reports to it how each job ended, those of the version in
service too. A job is bad if it failed or took the network over `SLOW` times the median of the
others. The canary is taken back by itself when `BAD_JOBS` are bad and their share is over what is
allowed; it may take its next step after `MIN_JOBS`, while their share is not.
"""

import hashlib
import logging
import statistics
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from colorweb.audit.records import record
from colorweb.errors import DomainError
from colorweb.prepared import Prepared
from ml.models import CanaryOutcome, ModelVersion, Promotion
from ml.versions import promotion

log = logging.getLogger(__name__)
State = Promotion.State

MIN_JOBS = 20
"""Of a step, before the next."""
BAD_JOBS = 5
SLOW = 2.0
"""Times the median of the version in service."""
ALLOWED_TIMES, ALLOWED = 2.0, 0.05
"""The share of bad jobs may be so many times that of the version in service, and so much more."""
MIN_TIMED = 5
"""Jobs of the version in service, for their median to say something."""
MAX_READ = 2000
"""Outcomes that a decision looks at: the newest."""
MAX_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Trial:
    """The canary as one who colors sees it."""

    promotion_id: int
    version: ModelVersion
    share: int
    step: int

    def chooses(self, owner: str) -> bool:
        """Whether the canary colors the photos of this owner, named by `Photo.visitor_key`."""
        digest = hashlib.sha256(f"{self.promotion_id} {owner}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % 100 < self.share

    def report(
        self, *, on_canary: bool, failed: bool = False, milliseconds: float | None = None
    ) -> None:
        """How a job ended; `milliseconds` of the network, where they can be compared."""
        if not Promotion.objects.filter(pk=self.promotion_id, state=State.CANARY).exists():
            return
        CanaryOutcome.objects.create(
            promotion_id=self.promotion_id,
            step=self.step,
            on_canary=on_canary,
            failed=failed,
            milliseconds=milliseconds,
        )


def trial() -> Trial | None:
    """What is tried now."""
    found = _open()
    return Trial(found.pk, found.version, found.share, found.step) if found else None


def _open() -> Promotion | None:
    return _tried.first()


_tried = Prepared(
    lambda: Promotion.objects.select_related("version").filter(state=State.CANARY)[:1]
)


@dataclass(frozen=True, slots=True)
class Side:
    """How the jobs of one side ended."""

    jobs: int
    failed: int
    slow: int
    median_ms: float | None

    @property
    def bad_share(self) -> float:
        return (self.failed + self.slow) / self.jobs if self.jobs else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Both sides, and what follows."""

    canary: Side
    others: Side
    jobs_of_step: int

    @property
    def allowed(self) -> float:
        """The largest share of bad jobs that the canary may have."""
        return ALLOWED_TIMES * self.others.bad_share + ALLOWED

    @property
    def exceeds(self) -> bool:
        """Whether the canary has more bad jobs than it may."""
        return self.canary.bad_share > self.allowed

    @property
    def must_go(self) -> bool:
        """Whether the canary has to be taken back."""
        return self.canary.failed + self.canary.slow >= BAD_JOBS and self.exceeds

    @property
    def may_go_on(self) -> bool:
        """Whether the next step may come."""
        return self.jobs_of_step >= MIN_JOBS and not self.exceeds

    def as_dict(self) -> dict[str, Any]:
        """For the record."""
        return {**asdict(self), "allowed": round(self.allowed, 4), "needed": MIN_JOBS}


def figures_of(found: Promotion) -> Figures:
    """How the jobs of a canary and of the version in service have ended so far."""
    rows = list(found.outcomes.order_by("-id")[:MAX_READ])
    others = [row for row in rows if not row.on_canary]
    ours = [row for row in rows if row.on_canary]
    times = [row.milliseconds for row in others if row.milliseconds is not None]
    limit = SLOW * statistics.median(times) if len(times) >= MIN_TIMED else float("inf")
    of_step = sum(row.step == found.step for row in ours)
    return Figures(_side(ours, limit), _side(others, limit), of_step)


def _side(rows: list[CanaryOutcome], limit: float) -> Side:
    times = [row.milliseconds for row in rows if row.milliseconds is not None]
    return Side(
        jobs=len(rows),
        failed=sum(row.failed for row in rows),
        slow=sum(time > limit for time in times),
        median_ms=round(statistics.median(times), 1) if times else None,
    )


def shown_figures(found: Promotion) -> dict[str, Any]:
    """The figures of a canary now, or as they were when it ended."""
    return figures_of(found).as_dict() if found.state == State.CANARY else found.figures


def review() -> None:
    """Take the canary back if it has to go; let it take its next step when it is time."""
    found = _open()
    if found is None:
        return
    figures = figures_of(found)
    _prune(found)
    with suppress(DomainError):  # somebody has decided meanwhile
        if figures.must_go:
            error = DomainError("canary_failed", **_counts(figures))
            promotion.revert(found, error=error, figures=figures.as_dict())
        elif figures.may_go_on and _is_time(found):
            _next_step(found, figures)


def _prune(found: Promotion) -> None:
    """Drop outcomes that no decision looks at any more."""
    newest = found.outcomes.order_by("-id").values_list("id", flat=True).first()
    if newest and newest > MAX_KEPT:
        found.outcomes.filter(id__lte=newest - MAX_KEPT).delete()


def _is_time(found: Promotion) -> bool:
    wait = timedelta(minutes=settings.CANARY_STEP_MINUTES)
    return Promotion.objects.filter(pk=found.pk, step_at__lte=Now() - wait).exists()


def advance(found: Promotion) -> Promotion:
    """Let the canary take its next step before its time. Raises DomainError if it may not."""
    if found.state != State.CANARY:
        raise DomainError("no_canary")
    figures = figures_of(found)
    if figures.exceeds:
        raise DomainError("canary_worse", **_counts(figures))
    if not figures.may_go_on:
        raise DomainError("canary_too_few", jobs=figures.jobs_of_step, needed=MIN_JOBS)
    _next_step(found, figures)
    return found


def _counts(figures: Figures) -> dict[str, int]:
    canary = figures.canary
    return {"failed": canary.failed, "slow": canary.slow, "jobs": canary.jobs}


def _next_step(found: Promotion, figures: Figures) -> None:
    following = found.step + 1
    if following >= len(settings.CANARY_STEPS):
        promotion.serve(found, figures=figures.as_dict())
        return
    share = settings.CANARY_STEPS[following]
    rows = Promotion.objects.filter(pk=found.pk, state=State.CANARY, step=found.step)
    with transaction.atomic():
        if not rows.update(step=following, share=share, step_at=Now()):
            raise DomainError("promoted_meanwhile")
        was, now = {"share": found.share}, {"share": share, "promotion": found.pk}
        record("canary's next step", found.version, before=was, after=now)
    found.refresh_from_db()
    log.info("Tried on %s %% of owners: %s", share, found)
