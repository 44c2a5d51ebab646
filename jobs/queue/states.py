"""The state machine of a job: `queued -> running -> succeeded | failed | canceled`.

Everything that changes a job's state or stage is one conditional UPDATE made here. It refuses
to leave a terminal state, refuses a worker whose attempt is over (fencing), increments
`sequence`, and announces on commit; with a job's end go the rows of its webhooks.
"""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import F, Q
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


def change(
    job_id: uuid.UUID, to: str, *, fence: int | None = None, where: Q | None = None, **values: Any
) -> None:
    """Move a job to state `to`, with `values` for its other columns.

    A worker passes as `fence` the attempt its claim gave it; `where` adds what else must hold.
    Raises LeaseLost for a worker, InvalidTransition for others, if the job may not go there from
    where it is now.
    """
    if to not in TERMINAL:
        _update(job_id, ALLOWED[to], fence, where, {"state": to} | values)
        return
    values = {"finished_at": Now(), "lease_until": None, "stage": Stage.DONE} | values
    with transaction.atomic():
        _update(job_id, ALLOWED[to], fence, where, {"state": to} | values)
        outbox.record(job_id, to)
        transaction.on_commit(lambda: ENDED.add(to, values.get("error_code", "")))


def advance(job_id: uuid.UUID, stage: str, *, fence: int) -> None:
    """Record that a running job has come to `stage`.

    Raises LeaseLost, also if the job was asked to stop.
    """
    _update(job_id, {State.RUNNING}, fence, Q(cancel_requested=False), {"stage": stage})


def request_cancel(job: Job) -> None:
    """Cancel at once what waits; ask a running job to stop at its next stage.

    Raises InvalidTransition if it has ended already.
    """
    with transaction.atomic():
        try:
            change(job.pk, State.CANCELED, where=Q(state=State.QUEUED))
        except leases.InvalidTransition:
            _update(job.pk, {State.RUNNING}, None, None, {"cancel_requested": True})


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
