"""Which version is in service: promoting, rolling back, and the record of both.

Workers see it at their next claim: a photo that is being colored is finished by the network it
began with. Nothing is copied or deleted, so that going back takes as long as going forward.
"""

import logging
from typing import Any

import redis
from django.db import transaction

from colorweb.accounts.models import User
from colorweb.errors import DomainError
from colorweb.health import workers
from ml.models import ModelVersion, Promotion
from ml.versions import gate, registry

log = logging.getLogger(__name__)


def promote(version: ModelVersion, *, by: User | None = None, reason: str = "") -> Promotion:
    """Put a version in service that has passed the gate (`ml.versions.gate`), or for a reason
    given.

    Raises DomainError if it has not and none is, if it is in service already, or if its weights
    cannot be had.
    """
    figures = gate.figures(gate.last(version, registry.current()))
    if not figures["passed"] and not reason.strip():
        raise DomainError("gate_missing" if figures["passed"] is None else "gate_failed")
    _check_weights(version)
    return _change(Promotion.Kind.PROMOTED, version, by=by, reason=reason.strip(), gate=figures)


def roll_back(*, by: User | None = None, reason: str = "") -> Promotion:
    """Put the version in service that was so before. Raises DomainError if there is none."""
    serving = registry.current()
    last = Promotion.objects.filter(version=serving, kind=Promotion.Kind.PROMOTED).first()
    if last is None:
        raise DomainError("nothing_before")
    _check_weights(last.before)
    return _change(Promotion.Kind.ROLLED_BACK, last.before, by=by, reason=reason, gate={})


def _change(kind: str, version: ModelVersion, **fields: Any) -> Promotion:
    with transaction.atomic():
        before = registry.current()
        # Who comes second waits here, and then finds that somebody was quicker.
        ModelVersion.objects.select_for_update().get(pk=before.pk)
        if registry.current() != before:
            raise DomainError("promoted_meanwhile")
        if version == before:
            raise DomainError("in_service")
        made = Promotion.objects.create(kind=kind, version=version, before=before, **fields)
        transaction.on_commit(lambda: _notify_workers(version))
    log.info("%s: %s", made.get_kind_display(), made)
    return made


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
