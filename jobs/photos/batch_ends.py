"""The end of a batch: nothing of it waits any more, or its sender cancels or deletes it."""

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from colorweb.errors import DomainError
from jobs.events import outbox
from jobs.models import Batch, Job, Photo, State
from jobs.photos import trash
from jobs.queue import states

LEFT = Q(state=Batch.State.UNPACKING) | Q(state=Batch.State.UNPACKED, unpacked__lt=F("entries"))
"""Of a batch: some of its files are not dealt with yet."""


def finish() -> int:
    """Record and report which batches have come to their end since the last look; how many."""
    unfinished = Job.objects.filter(batch=OuterRef("pk"), state__in=(State.QUEUED, State.RUNNING))
    ended = Batch.objects.filter(~Exists(unfinished), finished_at=None).exclude(LEFT)
    finished = 0
    for batch in ended:
        with transaction.atomic():
            rows = Batch.objects.filter(pk=batch.pk, finished_at=None)
            if rows.update(finished_at=Now()):
                outbox.record_batch(batch)
                finished += 1
    return finished


def cancel(batch: Batch) -> None:
    """Take no more of its files, and cancel what waits or runs.

    Raises DomainError if everything has ended.
    """
    stopped = _stop(batch)
    if not states.cancel_all(Job.objects.filter(batch=batch)) and not stopped:
        raise DomainError("batch_ended")


def delete(batch: Batch, *, for_good: bool) -> None:
    """Delete a batch: its photos go where a deleted photo goes, or are gone at once."""
    _stop(batch)
    photos = Photo.objects.filter(jobs__batch=batch).distinct()
    if for_good:
        trash.delete(photos.iterator(chunk_size=trash.BATCH))
    else:
        trash.put(photos.filter(trashed_at=None))
    batch.delete()


def _stop(batch: Batch) -> bool:
    """Take no more of a batch's files; whether any was left. A worker that has one loses it."""
    rows = Batch.objects.filter(LEFT, pk=batch.pk)
    stopped = rows.update(
        state=Batch.State.CANCELED, archive="", attempt=F("attempt") + 1, lease_until=None
    )
    if stopped and batch.archive:
        default_storage.delete(batch.archive)
    return bool(stopped)
