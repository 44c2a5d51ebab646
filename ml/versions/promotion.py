"""A version's way into service and back, and the record of both.

A promoted version is `checking` until a worker has colored the sample photos with it
(`ml.versions.checks`), then a `canary` that colors a part of the photos (`ml.versions.canary`),
then `serving`; until then the version before it stays in service. Or it is `refused`, or
`rolled_back`: by somebody, or by itself.

Workers see it at their next claim: a photo that is being colored is finished by the network it
began with. Nothing is copied or deleted, so that going back takes as long as going forward.
"""

import logging
from typing import Any

import redis
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from colorweb.accounts.models import User
from colorweb.audit.records import record
from colorweb.errors import DomainError
from colorweb.health import workers
from ml import wakeups
from ml.models import UNDECIDED, CanaryOutcome, ModelVersion, Promotion
from ml.versions import gate, notices, registry

log = logging.getLogger(__name__)
Kind, State = Promotion.Kind, Promotion.State


def promote(version: ModelVersion, *, by: User | None = None, reason: str = "") -> Promotion:
    """Have a version checked, and then tried, that has passed the gate (`ml.versions.gate`), or
    for a reason given.

    Raises DomainError if it has not and none is, if it is in service already or archived, if
    another is on its way, or if its weights cannot be had.
    """
    figures = gate.figures(gate.last(version, registry.current()))
    if not figures["passed"] and not reason.strip():
        raise _gate_error(figures)
    if version.is_archived:
        raise DomainError("model_archived", version=str(version))
    _check_weights(version)
    with transaction.atomic():
        before = _locked_current()
        if under_way := undecided():
            raise DomainError("promotion_under_way", version=str(under_way.version))
        if version == before:
            raise DomainError("in_service")
        made = Promotion.objects.create(
            kind=Kind.PROMOTED,
            version=version,
            before=before,
            by=by,
            reason=reason.strip(),
            gate=figures,
            state=State.CHECKING,
        )
        _record("promotion begun", made, passed=figures["passed"], reason=made.reason)
        transaction.on_commit(wakeups.CHECK_VERSION.publish)
    log.info("To be checked: %s", made)
    return made


def _gate_error(figures: dict[str, Any]) -> DomainError:
    """Why a version needs a reason."""
    if "evaluation" not in figures:
        return DomainError("gate_missing")
    if figures["passed"] is None:
        photos, needed = figures["photos"], figures["needed"]
        return DomainError("gate_missing.photos", photos=photos, needed=needed)
    return DomainError("gate_failed")


def undecided() -> Promotion | None:
    """The promotion that is being checked or tried."""
    return Promotion.objects.select_related("version", "before").filter(state__in=UNDECIDED).first()


def to_revert() -> Promotion | None:
    """What `roll_back` would take back: the promotion on its way, else the one in service."""
    return undecided() or registry.last_promotion()


def would_return_to(reverted: Promotion) -> ModelVersion:
    """The version in service once a promotion has been taken back."""
    if reverted.is_open:
        return registry.current()
    before = registry.last_promotion(without=reverted)
    return before.version if before else registry.built_in()


def roll_back(*, by: User | None = None, reason: str = "") -> Promotion:
    """Take back the version on its way, or else put the one in service that was so before.

    What names mean is taken back with it. Answers the record. Raises DomainError if there is
    nothing to take back, or if the version before cannot be had.
    """
    last = to_revert()
    if last is None:
        raise DomainError("nothing_before")
    return revert(last, by=by, reason=reason.strip())


def revert(
    promotion: Promotion,
    *,
    by: User | None = None,
    reason: str = "",
    error: DomainError | None = None,
    figures: dict[str, Any] | None = None,
) -> Promotion:
    """End a promotion that is undecided or in service; `error` is why it ended by itself."""
    with transaction.atomic():
        _locked_current()
        was_serving = promotion.state == State.SERVING
        kept = error.kept if error else {}
        _move(promotion, State.ROLLED_BACK, error=kept, figures=figures or promotion.figures)
        current = registry.current()
        if was_serving:
            _check_weights(current)
            transaction.on_commit(lambda: _notify_workers(current))
        CanaryOutcome.objects.filter(promotion=promotion).delete()
        record = Promotion.objects.create(
            kind=Kind.ROLLED_BACK,
            version=current,
            before=promotion.version,
            by=by,
            reason=reason,
            state=State.ROLLED_BACK,
            error=kept,
            ended_at=Now(),
        )
        why = error.message if error else reason
        _record("version rolled back", promotion, to=str(current), reason=why)
        if error:
            notices.send(promotion)
    log.info("Rolled back: %s %s", promotion, error or reason)
    record.refresh_from_db()
    return record


def refuse(promotion: Promotion, error: DomainError, result: dict[str, Any]) -> None:
    """End a promotion whose check has failed, whatever its reason."""
    with transaction.atomic():
        _move(promotion, State.REFUSED, error=error.kept, check_result=result)
        _record("version refused", promotion, check=result, reason=error.message)
        notices.send(promotion)
    log.warning("Refused: %s: %s", promotion, error)


def try_out(promotion: Promotion, result: dict[str, Any]) -> None:
    """Let a checked version color the first part of the photos, or all where no part is set."""
    steps = settings.CANARY_STEPS
    if not steps:
        serve(promotion, check_result=result)
        return
    with transaction.atomic():
        _move(promotion, State.CANARY, check_result=result, step=0, share=steps[0], step_at=Now())
        _record("canary begun", promotion, share=steps[0], check=result)
    log.info("Tried on %s %% of owners: %s", steps[0], promotion)


def serve(promotion: Promotion, **values: Any) -> None:
    """Put the version in service."""
    with transaction.atomic():
        _move(promotion, State.SERVING, share=100, **values)
        CanaryOutcome.objects.filter(promotion=promotion).delete()
        _record("version put in service", promotion, figures=promotion.figures)
        transaction.on_commit(lambda: _notify_workers(promotion.version))
    log.info("In service: %s", promotion)


def _move(promotion: Promotion, to: str, **values: Any) -> None:
    """Change a promotion's state from the one it was read in, for one of all who try."""
    if to != State.CANARY:
        values |= {"ended_at": Now()}
    rows = Promotion.objects.filter(pk=promotion.pk, state=promotion.state)
    if not rows.update(state=to, lease_until=None, **values):
        raise DomainError("promoted_meanwhile")
    promotion.refresh_from_db()


def _record(what: str, promotion: Promotion, **after: Any) -> None:
    before = {"in_service": str(promotion.before)}
    record(what, promotion.version, before=before, after={"promotion": promotion.pk, **after})


def _locked_current() -> ModelVersion:
    """The version in service; who comes second waits here until the first has decided."""
    before = registry.current()
    ModelVersion.objects.select_for_update().get(pk=before.pk)
    if registry.current() != before:
        raise DomainError("promoted_meanwhile")
    return before


def _check_weights(version: ModelVersion) -> None:
    try:
        registry.local_file(version)
    except OSError as error:
        raise registry.WeightsUnavailable(str(error)) from error


def _notify_workers(version: ModelVersion) -> None:
    try:
        workers.expect(version.version)
    except redis.RedisError:
        log.warning(
            "The workers were not notified; they see it with the next photo.", exc_info=True
        )
