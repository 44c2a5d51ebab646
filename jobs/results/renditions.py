"""Renditions: a finished job's colors in another format, size or vividness.

Made by the workers that color, but without the network: from the photo's source and the colors
that were kept with the result. Like jobs they are rows first and tokens after; a worker that dies
loses its lease, and another one takes over under a new attempt's number.
"""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop

from colorweb.errors import DomainError
from jobs.models import RENDERED, Job, Rendition, State, Vividness
from jobs.queue import limits, wakeups
from jobs.storage import files

SMALLEST = 16
FRESH = timedelta(hours=1)
"""How exactly it is known when a rendition was last asked for."""
PAUSE = timedelta(minutes=1)
"""How long a failure is told before it is tried again."""
WORKER_DIED = gettext_noop("The worker stopped three times while making this file.")


def want(
    job: Job,
    *,
    format: str | None = None,  # noqa: A002 - what everybody calls it
    vividness: float | None = None,
    long_side: int | None = None,
    keep_metadata: bool = False,
) -> Rendition:
    """The rendition of a succeeded job with these wishes: ready, or queued to be made.

    None means as the result has it; `long_side` is in pixels and makes nothing larger;
    `vividness` counts in hundredths. One that failed stays so for a minute; asking after that has
    it tried again. Raises ValueError for wishes that cannot be met, and DomainError.
    """
    wishes = _wishes(job, format, vividness, long_side, keep_metadata)
    found = Rendition.objects.filter(job=job, **wishes).first() or _add(job, wishes)
    now = timezone.now()
    if found.state == Rendition.State.FAILED and found.wanted_at < now - PAUSE:
        again = Rendition.objects.filter(pk=found.pk, state=Rendition.State.FAILED)
        _queue(again, state=Rendition.State.QUEUED, attempt=0, error_code="", error_message="")
        found.refresh_from_db()
    elif found.wanted_at < now - FRESH:
        Rendition.objects.filter(pk=found.pk).update(wanted_at=now)
    return found


def _wishes(
    job: Job, format_: str | None, vividness: float | None, long_side: int | None, keep: bool
) -> dict[str, object]:
    if job.state != State.SUCCEEDED:
        raise ValueError("Only a finished photo has renditions.")
    format_ = format_ or job.format
    if format_ not in RENDERED:
        raise ValueError(f"{format_} is not among {', '.join(RENDERED)}.")
    vividness = round(job.vividness if vividness is None else vividness, 2)
    if not 0 <= vividness <= Vividness.VIVID:
        raise ValueError("Vividness goes from 0 to 2.")
    if long_side is not None and long_side < SMALLEST:
        raise ValueError(f"The long side has at least {SMALLEST} pixels.")
    if long_side is None or long_side >= max(job.photo.width, job.photo.height):
        long_side = 0
    return {
        "format": format_,
        "vividness": vividness,
        "long_side": long_side,
        "keep_metadata": keep,
    }


def _add(job: Job, wishes: dict[str, object]) -> Rendition:
    """A new row; what the result holds already is ready at once, without a file of its own."""
    as_result = _wishes(job, None, None, None, False)
    if wishes == as_result:
        values = {
            "state": Rendition.State.READY,
            "file": job.result,
            "bytes": default_storage.size(job.result),
        }
    else:
        values = {"turn": _waiting_of(job)}
    with transaction.atomic():
        defaults = {"wanted_at": timezone.now(), **values}
        found, _new = Rendition.objects.get_or_create(job=job, **wishes, defaults=defaults)
        if found.state == Rendition.State.QUEUED:
            transaction.on_commit(wakeups.wake)
    return found


def _waiting_of(job: Job) -> int:
    """How many renditions of the same owner wait: one who asks for many lets others go first."""
    waiting = Rendition.objects.filter(
        job__queue_owner=job.queue_owner, state=Rendition.State.QUEUED
    ).count()
    if waiting >= settings.RENDITIONS_WAITING:
        raise DomainError("too_many_waiting.files", retry_after=limits.SHORTLY, limit=waiting)
    return waiting


def claim() -> Rendition | None:
    """The next rendition to make, its lease begun and its attempt counted; None if none waits."""
    if not Rendition.objects.waiting().exists():
        return None
    with transaction.atomic():
        rows = Rendition.objects.waiting().filter(attempt__lt=settings.JOB_MAX_ATTEMPTS)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        # On SQLite the transaction itself (BEGIN IMMEDIATE) keeps other workers out.
        found = rows.first()
        if found is None:
            return None
        Rendition.objects.filter(pk=found.pk).update(
            attempt=F("attempt") + 1, lease_until=Now() + settings.JOB_LEASE
        )
    return Rendition.objects.select_related("job__photo").filter(pk=found.pk).first()


def renew(rendition: Rendition) -> None:
    """Prolong the lease, if it is still the caller's."""
    _held(rendition).update(lease_until=Now() + settings.JOB_LEASE)


def finish(rendition: Rendition, size: int) -> bool:
    """Note that the attempt's file is there; False, and the file goes, if it was not ours."""
    name = rendition.name(rendition.attempt)
    with transaction.atomic():
        done = _held(rendition).update(
            state=Rendition.State.READY, file=name, bytes=size, lease_until=None
        )
        if done:
            files.count(rendition.job.photo_id, size)
    _delete_attempts(rendition, kept=name if done else "")
    return bool(done)


def fail(rendition: Rendition, code: str, message: str) -> None:
    """Note why this rendition cannot be made, and take away what was written of it."""
    _fail(_held(rendition), code, message)
    _delete_attempts(rendition)


def reap() -> int:
    """Give up renditions that have cost as many workers as may be; how many.

    All others whose lease has run out are simply free again; `claims.reap` wakes workers for them.
    """
    lost = Rendition.objects.waiting().filter(attempt__gte=settings.JOB_MAX_ATTEMPTS)
    given_up = 0
    for rendition in lost.select_related("job"):
        if _fail(lost.filter(pk=rendition.pk), "worker_died", WORKER_DIED):
            _delete_attempts(rendition)
            given_up += 1
    return given_up


def sweep() -> int:
    """Delete renditions that nobody has asked for in `RENDITION_KEEP`; how many."""
    oldest = timezone.now() - settings.RENDITION_KEEP
    swept = 0
    for rendition in Rendition.objects.filter(wanted_at__lt=oldest).select_related("job"):
        own_file = rendition.file and rendition.file != rendition.job.result
        with transaction.atomic():
            gone, _rows = Rendition.objects.filter(pk=rendition.pk, wanted_at__lt=oldest).delete()
            if gone and own_file:
                files.count(rendition.job.photo_id, -rendition.bytes)
        if gone and own_file:
            default_storage.delete(rendition.file)
        swept += bool(gone)
    return swept


def _held(rendition: Rendition) -> QuerySet[Rendition]:
    return Rendition.objects.filter(
        pk=rendition.pk, attempt=rendition.attempt, state=Rendition.State.QUEUED
    )


def _fail(rows: QuerySet[Rendition], code: str, message: str) -> int:
    return rows.update(
        state=Rendition.State.FAILED,
        error_code=code,
        error_message=message,
        lease_until=None,
        wanted_at=timezone.now(),
    )


def _queue(rows: QuerySet[Rendition], **values: object) -> None:
    with transaction.atomic():
        if rows.update(wanted_at=timezone.now(), **values):
            transaction.on_commit(wakeups.wake)


def _delete_attempts(rendition: Rendition, kept: str = "") -> None:
    """Remove what this attempt and those before it have written, but for the file kept."""
    names = map(rendition.name, range(1, rendition.attempt + 1))
    files.delete(name for name in names if name != kept)
