"""Renditions: a finished job's colors in another format, size or look.

Made by the workers that color, but without the network: from the photo's source and the colors
that were kept with the result. Like jobs they are rows first and wake-ups after; a worker that dies
loses its lease, and another one makes the file under its own attempt's number.
"""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from colorweb import clock, free_space, leases
from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from colorweb.prepared import Prepared
from jobs.models import EXTENSIONS, Job, Look, Rendition, State, Vividness, failure_columns
from jobs.queue import limits, wakeups
from jobs.storage import access, files
from ml.imaging.encoding import DEEP

SMALLEST = 16
FRESH = timedelta(hours=1)
"""How exactly it is recorded when a rendition was last requested."""
IN_USE = Q(
    job__photo__version=F("job"),
    job__photo__vividness=F("vividness"),
    job__photo__tones=F("tones"),
    keep_metadata=False,
    format="jpeg",
    long_side__in=(files.PREVIEW_SIDE, files.CARD_SIDE),
)
"""Of a rendition: it may be what pages show of a photo (`jobs.results.looks`)."""
RETRY_AFTER = timedelta(minutes=1)
"""How long a failure stays before a request retries it."""


def request(
    job: Job,
    visitor: Visitor | None,
    *,
    format: str | None = None,  # noqa: A002 - the usual name
    depth: int | None = None,
    look: Look | None = None,
    long_side: int | None = None,
    keep_metadata: bool = False,
) -> Rendition:
    """The rendition of a succeeded job to this specification: ready, or queued for the visitor.

    None means as in the result; `long_side` is in pixels and makes nothing larger; a look
    counts in hundredths. One that failed stays so for a minute; a request after that retries it.
    What another than the photo's owner asks for is counted to that visitor; without a visitor it
    is for the site's own pages, and counted to nobody. Raises ValueError for a specification that
    cannot be met, and DomainError.
    """
    spec = _spec(
        job,
        format_=format,
        depth=depth,
        look=look,
        long_side=long_side,
        keep_metadata=keep_metadata,
    )
    found = Rendition.objects.filter(job=job, **spec).first() or _add(job, visitor, spec)
    now = timezone.now()
    if found.state == Rendition.State.FAILED and found.wanted_at < now - RETRY_AFTER:
        retried = Rendition.objects.filter(pk=found.pk, state=Rendition.State.FAILED)
        _queue(retried, state=Rendition.State.QUEUED, crash_count=0, error_code="")
        found.refresh_from_db()
    elif found.wanted_at < now - FRESH:
        Rendition.objects.filter(pk=found.pk).update(wanted_at=now)
    return found


def _spec(
    job: Job,
    *,
    format_: str | None = None,
    depth: int | None = None,
    look: Look | None = None,
    long_side: int | None = None,
    keep_metadata: bool = False,
) -> dict[str, object]:
    if job.state != State.SUCCEEDED:
        raise ValueError("Only a finished photo has renditions.")
    format_ = format_ or job.format
    if format_ not in EXTENSIONS:
        raise ValueError(f"{format_} is not among {', '.join(EXTENSIONS)}.")
    if depth is None:
        depth = job.depth if format_ == job.format else 8
    if depth == 16 and format_ not in DEEP:
        raise DomainError("depth_unsupported", format=format_.upper())
    vividness, tones = (round(value, 2) for value in look or job.look)
    if not 0 <= vividness <= Vividness.VIVID or not 0 <= tones <= 1:
        raise ValueError("Vividness goes from 0 to 2, tones from 0 to 1.")
    if long_side is not None and long_side < SMALLEST:
        raise ValueError(f"The long side has at least {SMALLEST} pixels.")
    if long_side is None or long_side >= max(job.shown_size):
        long_side = 0
    return {
        "format": format_,
        "depth": depth,
        "vividness": vividness,
        "tones": tones,
        "long_side": long_side,
        "keep_metadata": keep_metadata,
    }


def _add(job: Job, visitor: Visitor | None, spec: dict[str, object]) -> Rendition:
    """A new row; what the result holds already is ready at once, without a file of its own."""
    as_result = _spec(job)
    if spec == as_result:
        values = {
            "state": Rendition.State.READY,
            "file": job.result,
            "bytes": default_storage.size(job.result),
        }
    else:
        values = _queued(job, visitor) if visitor else {}
    with transaction.atomic():
        defaults = {"wanted_at": timezone.now(), **values}
        found, _new = Rendition.objects.get_or_create(job=job, **spec, defaults=defaults)
        if found.state == Rendition.State.QUEUED:
            transaction.on_commit(wakeups.wake)
    return found


def _queued(job: Job, visitor: Visitor) -> dict[str, object]:
    """The turn of a visitor's new rendition, and whom it counts to. Raises DomainError."""
    free_space.check(guest=visitor.user is None)
    turn = _waiting_of(visitor)
    if access.owns(visitor, job.photo):
        return {"turn": turn}
    limits.check_storage(visitor, 1)
    return {"turn": turn, "counted_to": visitor.queue_owner}


def _waiting_of(visitor: Visitor) -> int:
    """How many renditions of the same owner wait: one who asks for many lets others go first."""
    owner = visitor.queue_owner
    mine = Q(counted_to=owner) | Q(counted_to="", job__queue_owner=owner)
    waiting = Rendition.objects.filter(mine, state=Rendition.State.QUEUED).count()
    if waiting >= settings.RENDITIONS_WAITING:
        raise DomainError("too_many_waiting.files", retry_after=limits.RETRY_AFTER, limit=waiting)
    return waiting


def claim(key: UUID | None = None) -> Rendition | None:
    """Claim the next rendition to make, or the one with this key; None if none waits."""
    if not key and not _first():
        return None
    waiting = Rendition.waiting().select_related("job__photo")
    if key:
        waiting = waiting.filter(pk=key)
    rendition: Rendition | None = leases.claim_one(waiting)
    return rendition


_first = Prepared(lambda: Rendition.waiting().values_list("pk")[:1])


def finish(rendition: Rendition, size: int) -> bool:
    """Record that the attempt's file is there; False, and it is deleted, if the lease is lost."""
    name = rendition.name(rendition.attempt)
    ready = {"state": Rendition.State.READY, "file": name, "bytes": size}
    try:
        with transaction.atomic():
            leases.release(rendition, **ready)
            _count(rendition, size)
    except leases.LeaseLost:
        _delete_attempts(rendition)
        return False
    _delete_attempts(rendition, kept=name)
    return True


def fail(rendition: Rendition, error: DomainError) -> None:
    """Record why this rendition cannot be made, and delete what was written of it."""
    with suppress(leases.LeaseLost):
        _fail(rendition, error)
    _delete_attempts(rendition)


def release(rendition: Rendition) -> None:
    """Let it wait again, and delete what was written of it; that costs it nothing."""
    with suppress(leases.LeaseLost):
        leases.release(rendition)
    _delete_attempts(rendition)


def reap() -> int:
    """Requeue what dead workers left, and give up what has cost too many; how many of those.

    `claims.reap` wakes workers for those that wait.
    """
    held = Rendition.objects.filter(state=Rendition.State.QUEUED)
    _requeued, given_up = leases.requeue(held, _requeue, _give_up)
    for rendition in given_up:
        _delete_attempts(rendition)
    return len(given_up)


def sweep(keep: timedelta | None = None) -> int:
    """Delete renditions that nobody has requested in `RENDITION_KEEP`, or so long; how many."""
    oldest = clock.before(keep or settings.RENDITION_KEEP)
    swept = 0
    unwanted = Rendition.objects.filter(wanted_at__lt=oldest).exclude(IN_USE)
    for rendition in unwanted.select_related("job"):
        swept += delete(rendition, wanted_at__lt=oldest)
    return swept


def delete(rendition: Rendition, **conditions: object) -> bool:
    """Delete it with its file, if it still meets the conditions; whether it did."""
    own_file = rendition.file and rendition.file != rendition.job.result
    with transaction.atomic():
        gone, _rows = Rendition.objects.filter(pk=rendition.pk, **conditions).delete()
        if gone and own_file:
            _count(rendition, -rendition.bytes)
            transaction.on_commit(lambda: default_storage.delete(rendition.file))
    return bool(gone)


def _requeue(rendition: Rendition) -> None:
    leases.release(rendition)


def _count(rendition: Rendition, size: int) -> None:
    """Add to what its photo takes; what others asked for is counted by its own row."""
    if not rendition.counted_to:
        files.count(rendition.job.photo_id, size)


def _give_up(rendition: Rendition) -> None:
    _fail(rendition, DomainError("worker_died.file"))


def _fail(rendition: Rendition, error: DomainError) -> None:
    leases.release(
        rendition,
        state=Rendition.State.FAILED,
        wanted_at=timezone.now(),
        **failure_columns(error),
    )


def _queue(rows: QuerySet[Rendition], **values: object) -> None:
    with transaction.atomic():
        if rows.update(wanted_at=timezone.now(), **values):
            transaction.on_commit(wakeups.wake)


def _delete_attempts(rendition: Rendition, kept: str = "") -> None:
    """Remove what this attempt and those before it have written, but for the file kept."""
    names = map(rendition.name, range(1, rendition.attempt + 1))
    files.delete(name for name in names if name != kept)
