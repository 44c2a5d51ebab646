"""Messages to the pages that look at jobs: a row has changed, a visitor has become somebody else.

The rows are the truth and every message is a hint: failing to send one is logged and fails
nobody's work.
"""

import logging
import uuid
from collections.abc import Iterable
from typing import Any

import redis

from colorweb.accounts import visitors
from colorweb.http import channel_layer
from colorweb.prepared import Prepared
from jobs.models import Job

log = logging.getLogger(__name__)
HINTS = (redis.RedisError, OSError, RuntimeError)


def job_group(job_id: uuid.UUID) -> str:
    """The channel group of those who look at one job."""
    return f"job-{job_id}"


def visitor_group(key: str) -> str:
    """The channel group of one visitor's pages."""
    return f"visitor-{key}"


def disconnect(key: str) -> None:
    """Close the sockets of somebody who has logged in, logged out or gone; pages come back."""
    _send([visitors.identity_group(key)], {"type": "visitor.disconnected"})


def announce(job_id: uuid.UUID) -> None:
    """Tell the pages that a job's row has changed; they read it again."""
    for (key,) in _visitor_key(job_id=job_id):
        announce_to(job_id, key)


_visitor_key: Prepared[tuple[str]] = Prepared(
    lambda job_id: Job.objects.filter(pk=job_id).values_list("visitor_key"), job_id=uuid.UUID
)


def announce_to(job_id: uuid.UUID, visitor_key: str) -> None:
    """The same where it is known whose job it is."""
    send(job_id, visitor_key, {"type": "job.changed", "id": str(job_id)})


def send(job_id: uuid.UUID, visitor_key: str, message: dict[str, Any]) -> None:
    """Send a message to the pages that look at a job and to its owner's."""
    _send((job_group(job_id), visitor_group(visitor_key)), message)


def _send(groups: Iterable[str], message: dict[str, Any]) -> None:
    try:
        channel_layer.send(groups, message)
    except Exception:
        log.warning("A live message was not sent.", exc_info=True)
