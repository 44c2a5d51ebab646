"""The state machine of a job: `queued -> running -> succeeded | failed | canceled`.

Everything that changes a job's state or stage is one conditional UPDATE made here. It refuses
to leave a terminal state, refuses a worker whose attempt is over (fencing), increments
`sequence`, and announces on commit; with a job's start, stages and end go the rows of its
webhooks.
"""

import contextlib
import uuid
from collections.abc import Collection
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from colorweb import leases
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
        values = {"finished_at": Now(), "lease_until": None, "stage": Stage.DONE} | values
    with transaction.atomic():
        _update(job_id, ALLOWED[to], fence, where, {"state": to} | values)
        if to in TERMINAL:
            outbox.record_end(job_id, to)
            transaction.on_commit(lambda: ENDED.add(to, values.get("error_code", "")))
        elif to == State.RUNNING:
            outbox.record_start(job_id)


def advance(job_id: uuid.UUID, stage: str, *, fence: int) -> None:
    """Record that a running job has come to `stage`.

    Raises LeaseLost, also if the job was asked to stop.
    """
    with transaction.atomic():
        _update(job_id, {State.RUNNING}, fence, Q(cancel_requested=False), {"stage": stage})
        outbox.record_progress(job_id)


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
        ended = {"finished_at": Now(), "lease_until": None, "stage": Stage.DONE}
        rows.update(state=State.CANCELED, sequence=F("sequence") + 1, **ended)
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
        leases.change(jobs, fence=fence, sequence=F("sequence") + 1, **values)
        if "state" in values:
            _record_on_photo(job_id, values)
        transaction.on_commit(lambda: publish.announce(job_id))


def _record_on_photo(job_id: uuid.UUID, values: dict[str, Any]) -> None:
    """Keep the state of a photo's newest job beside the photo, where the history looks for it.

    The colors that were asked for last come into use when they are there.
    """
    recorded = {"state": values["state"]}
    if values["state"] == State.SUCCEEDED:
        recorded["colored_by"] = values.get("model_name", "")
        first_or_last = Q(version=None) | Q(newest=job_id)
        photo = Job.objects.filter(pk=job_id).values("photo")
        Photo.objects.filter(first_or_last, pk__in=photo).update(version=job_id)
    Photo.objects.filter(newest=job_id).update(**recorded)
