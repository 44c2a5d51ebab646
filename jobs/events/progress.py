"""Fine progress of jobs and renditions; it lives in Valkey only."""

import logging
import time
import uuid

from colorweb import broker
from jobs.events.publish import HINTS, send

log = logging.getLogger(__name__)
PROGRESS_EXPIRES = 600
PROGRESS_INTERVAL = 0.2  # seconds between two messages about one job


class Progress:
    """Reports how far one job has come, at most five times a second; nothing of one that is done
    before."""

    def __init__(self, job_id: uuid.UUID, visitor_key: str) -> None:
        self.job_id = job_id
        self.visitor_key = visitor_key
        self.sent_at = time.monotonic()

    def __call__(self, fraction: float) -> None:
        """Report that `fraction` (0..1) of the job is done."""
        now = time.monotonic()
        if now - self.sent_at < PROGRESS_INTERVAL:
            return
        self.sent_at = now
        keep_progress(self.job_id, fraction)
        message = {"type": "job.progressed", "id": str(self.job_id), "progress": fraction}
        send(self.job_id, self.visitor_key, message)


def keep_progress(id_: uuid.UUID, fraction: float) -> None:
    """Keep that `fraction` (0..1) of a job or rendition is done."""
    try:
        broker.client().set(_progress_key(id_), f"{fraction:.3f}", ex=PROGRESS_EXPIRES)
    except HINTS:
        log.warning("Progress of %s was not kept.", id_, exc_info=True)


def progress_of(id_: uuid.UUID) -> float:
    """The last fine progress of a job or rendition, 0..1."""
    try:
        return float(broker.client().get(_progress_key(id_)) or 0)
    except HINTS:
        return 0.0


def _progress_key(id_: uuid.UUID) -> str:
    return f"colorweb:progress:{id_}"
