"""The state machine of a job: `queued -> running -> succeeded | failed | canceled`.

Everything that changes a job's state or stage is one conditional UPDATE made here. It refuses
to leave a terminal state, refuses a worker whose attempt is over (fencing), increments
`sequence`, and announces on commit; with a job's start, stages and end go the rows of its
webhooks.
"""

import contextlib
import uuid
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from colorweb import leases
from colorweb.prepared import PreparedUpdate
from jobs.events import outbox, publish
from jobs.models import TERMINAL, Job, Photo, Stage, State
from jobs.queue.metrics import ENDED

ALLOWED: dict[str, frozenset[str]] = {
    State.QUEUED: frozenset({State.RUNNING}),
    State.RUNNING: frozenset({State.QUEUED}),
    State.SUCCEEDED: frozenset({State.RUNNING}),
    State.FAILED: frozenset({State.RUNNING}),
    State.CANCELED: frozenset({State.QUEUED, State.RUNNING}),
}
"""To which state from which."""
_CHANGED = {"sequence": F("sequence") + 1}
TOGETHER = 200
"""Jobs that are canceled in one transaction."""


def change(
    job_id: uuid.UUID, to: str, *, fence: int | None = None, where: Q | None = None, **values: Any
) -> None:
    """Move a job to state `to`, with `values` for its other columns.

    A worker passes as `fence` the attempt its claim gave it; `where` adds what else must hold.
    Raises LeaseLost for a worker, InvalidTransition for others, if the job may not go there from
    where it is now.
    """
    if to in TERMINAL:
        values = _ended() | values
    with transaction.atomic():
        _update(job_id, ALLOWED[to], fence, where, {"state": to} | values)
        if to in TERMINAL:
            _record_end(job_id, to, values.get("error_code", ""))
        elif to == State.RUNNING:
            outbox.record_start(job_id)


def start(job_id: uuid.UUID, worker: str) -> None:
    """Give a waiting job to a worker, with its next attempt and a lease, at its first stage.

    Raises InvalidTransition.
    """
    with transaction.atomic(savepoint=False):
        leases.check(_start(job_id=job_id, worker=worker, lease=settings.JOB_LEASE))
        _announce_changed(job_id, {"state": State.RUNNING})
        outbox.record_start(job_id)


_start = PreparedUpdate(
    lambda job_id, worker, lease: (
        Job.objects.filter(pk=job_id, state=State.QUEUED),
        {
            **_CHANGED,
            "state": State.RUNNING,
            "stage": Stage.READING,
            "worker": worker,
            "started_at": Now(),
            **leases.granted(lease),
        },
    ),
    job_id=uuid.UUID,
    worker=str,
    lease=timedelta,
)


def advance(job_id: uuid.UUID, stage: str, *, fence: int, announced: bool = True) -> None:
    """Record that a running job has come to `stage`; pages hear of it if it is `announced`.

    Raises LeaseLost, also if the job was asked to stop.
    """
    with transaction.atomic(savepoint=False):
        leases.check(_advance(job_id=job_id, stage=stage, fence=fence), fence=fence)
        if announced:
            _announce_changed(job_id, {})
        outbox.record_progress(job_id)


_advance = PreparedUpdate(
    lambda job_id, stage, fence: (
        Job.objects.filter(pk=job_id, attempt=fence, state=State.RUNNING, cancel_requested=False),
        {**_CHANGED, "stage": stage},
    ),
    job_id=uuid.UUID,
    stage=str,
    fence=int,
)


def succeed(
    job_id: uuid.UUID,
    *,
    fence: int,
    result: str,
    timings: dict[str, int],
    model_name: str,
    model_version: str,
) -> None:
    """End a running job whose files are all there. Raises LeaseLost."""
    made = {"result": result, "model_name": model_name, "model_version": model_version}
    with transaction.atomic(savepoint=False):
        changed = _succeed(job_id=job_id, fence=fence, timings=timings, **made)
        leases.check(changed, fence=fence)
        _announce_changed(job_id, {"state": State.SUCCEEDED, **made})
        _record_end(job_id, State.SUCCEEDED, "")


_succeed = PreparedUpdate(
    lambda job_id, fence, **made: (
        Job.objects.filter(pk=job_id, attempt=fence, state=State.RUNNING),
        {**_CHANGED, **_ended(), "state": State.SUCCEEDED, **made},
    ),
    job_id=uuid.UUID,
    fence=int,
    result=str,
    timings=dict,
    model_name=str,
    model_version=str,
)


def request_cancel(job: Job) -> None:
    """Cancel at once what waits; ask a running job to stop at its next stage.

    Raises InvalidTransition if it has ended already.
    """
    with transaction.atomic():
        try:
            change(job.pk, State.CANCELED, where=Q(state=State.QUEUED))
        except leases.InvalidTransition:
            _update(job.pk, {State.RUNNING}, None, None, {"cancel_requested": True})


def cancel_all(jobs: QuerySet[Job]) -> int:
    """Cancel those of `jobs` that wait, and ask those that run to stop; how many."""
    count = 0
    while ids := _cancel_waiting(jobs.filter(state=State.QUEUED)):
        count += len(ids)
    for job in jobs.filter(state=State.RUNNING):
        with contextlib.suppress(leases.InvalidTransition):  # it has just ended
            request_cancel(job)
            count += 1
    return count


def _cancel_waiting(jobs: QuerySet[Job]) -> list[uuid.UUID]:
    """Cancel the first of many jobs that wait, in one transaction; which."""
    with transaction.atomic():
        # One that is being claimed is waited for: it runs then, and is asked to stop.
        locked = jobs.order_by("pk").select_for_update(of=("self",))
        ids = list(locked.values_list("pk", flat=True)[:TOGETHER])
        rows = Job.objects.filter(pk__in=ids)
        rows.update(state=State.CANCELED, **_CHANGED, **_ended())
        Photo.objects.filter(newest__in=ids).update(state=State.CANCELED)
        # Few have anybody who wants to hear of it.
        heard = Q(photo__owner__webhooks__isnull=False) | ~Q(webhook_url="")
        for job_id in rows.filter(heard).values_list("pk", flat=True).distinct():
            outbox.record_end(job_id, State.CANCELED)
        for job_id in ids:
            transaction.on_commit(partial(publish.announce, job_id))
            transaction.on_commit(partial(ENDED.add, State.CANCELED, ""))
    return ids


def _update(
    job_id: uuid.UUID,
    allowed: Collection[str],
    fence: int | None,
    where: Q | None,
    values: dict[str, Any],
) -> None:
    jobs = Job.objects.filter(where or Q(), pk=job_id, state__in=allowed)
    with transaction.atomic():
        leases.change(jobs, fence=fence, **_CHANGED, **values)
        _announce_changed(job_id, values)


def _ended() -> dict[str, Any]:
    """What every end writes."""
    return {"finished_at": Now(), "lease_until": None, "stage": Stage.DONE}


def _record_end(job_id: uuid.UUID, state: str, error_code: str) -> None:
    outbox.record_end(job_id, state)
    transaction.on_commit(lambda: ENDED.add(state, error_code))


def _announce_changed(job_id: uuid.UUID, values: dict[str, Any]) -> None:
    """What follows from every write to a job's row."""
    if "state" in values:
        _record_on_photo(job_id, values)
    transaction.on_commit(lambda: publish.announce(job_id))


def _record_on_photo(job_id: uuid.UUID, values: dict[str, Any]) -> None:
    """Keep the state of a photo's newest job beside the photo, where the history looks for it.

    The colors that were asked for last come into use when they are there.
    """
    if values["state"] == State.SUCCEEDED:
        _use(job_id=job_id)
        _record_success(job_id=job_id, model=values.get("model_name", ""))
    else:
        _record_state(job_id=job_id, state=values["state"])


_use = PreparedUpdate(
    lambda job_id: (
        Photo.objects.filter(
            Q(version=None) | Q(newest=job_id),
            pk__in=Job.objects.filter(pk=job_id).values("photo"),
        ),
        {"version": job_id},
    ),
    job_id=uuid.UUID,
)
_record_success = PreparedUpdate(
    lambda job_id, model: (
        Photo.objects.filter(newest=job_id),
        {"state": State.SUCCEEDED, "colored_by": model},
    ),
    job_id=uuid.UUID,
    model=str,
)
_record_state = PreparedUpdate(
    lambda job_id, state: (Photo.objects.filter(newest=job_id), {"state": state}),
    job_id=uuid.UUID,
    state=str,
)
