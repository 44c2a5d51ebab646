"""What is told while it happens: changes and progress, to whoever looks at a page.

The rows are the truth and everything here is a hint: failing to tell is logged and fails
nobody's work. Fine progress lives in Valkey only.
"""

import logging
import time
import uuid
from typing import Any

import redis
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from colorweb import broker
from colorweb.accounts import visitors
from jobs.models import Job

log = logging.getLogger(__name__)

PROGRESS_EXPIRES = 600
PROGRESS_INTERVAL = 0.2  # seconds between two messages about one job
HINTS = (redis.RedisError, OSError, RuntimeError)


def job_group(job_id: uuid.UUID) -> str:
    """The channel group of those who look at one job."""
    return f"job-{job_id}"


def visitor_group(key: str) -> str:
    """The channel group of one visitor's pages."""
    return f"visitor-{key}"


def part(key: str) -> None:
    """Close the sockets of somebody who has logged in, logged out or gone; pages come back."""
    _send(visitors.identity_group(key), {"type": "visitor.parted"})


def announce(job_id: uuid.UUID) -> None:
    """Tell the pages that a job's row has changed; they read it anew."""
    job = Job.objects.select_related("photo").filter(pk=job_id).first()
    if job:
        _tell(job_id, job.photo.visitor_key, {"type": "job.changed", "id": str(job_id)})


class Progress:
    """Reports how far one job has come, at most five times a second."""

    def __init__(self, job_id: uuid.UUID, visitor_key: str) -> None:
        self.job_id = job_id
        self.visitor_key = visitor_key
        self.told = 0.0

    def __call__(self, fraction: float) -> None:
        """Tell that `fraction` (0..1) of the job is done."""
        now = time.monotonic()
        if now - self.told < PROGRESS_INTERVAL:
            return
        self.told = now
        keep_progress(self.job_id, fraction)
        message = {"type": "job.progressed", "id": str(self.job_id), "progress": fraction}
        _tell(self.job_id, self.visitor_key, message)


def keep_progress(id_: uuid.UUID, fraction: float) -> None:
    """Note that `fraction` (0..1) of a job or rendition is done, for whoever asks."""
    try:
        broker.client().set(_progress_key(id_), f"{fraction:.3f}", ex=PROGRESS_EXPIRES)
    except HINTS:
        log.warning("Progress of %s was not kept.", id_, exc_info=True)


def progress_of(id_: uuid.UUID) -> float:
    """The last fine progress told about a job or rendition, 0..1."""
    try:
        return float(broker.client().get(_progress_key(id_)) or 0)
    except HINTS:
        return 0.0


def waiting_tokens() -> int:
    """How many wake-up tokens wait in the broker."""
    try:
        return int(broker.client().llen("gpu"))
    except HINTS:
        return 0


def _progress_key(id_: uuid.UUID) -> str:
    return f"colorweb:progress:{id_}"


def _tell(job_id: uuid.UUID, visitor_key: str, message: dict[str, Any]) -> None:
    _send(job_group(job_id), message)
    _send(visitor_group(visitor_key), message)


def _send(group: str, message: dict[str, Any]) -> None:
    try:
        async_to_sync(get_channel_layer().group_send)(group, message)
    except Exception:
        log.warning("A live message was not sent.", exc_info=True)
