"""Wake-ups for workers: Celery messages without arguments; the rows hold what there is to do.

They are published on commit and never retried: the reaper makes up for one that is lost.
"""

import logging
from typing import Any, NamedTuple

import redis
from celery import current_app
from django.db.models import QuerySet

from colorweb import broker

log = logging.getLogger(__name__)
MAX_WAITING = 10


class Wakeup(NamedTuple):
    """The wake-up of one task: its name, its queue, and the seconds after which it is void."""

    task: str
    queue: str = "default"
    expires: int | None = 30

    def publish(self, count: int = 1) -> None:
        """Publish so many wake-ups. A broker that is unavailable is logged."""
        try:
            for _wakeup in range(count):
                current_app.send_task(
                    self.task, queue=self.queue, retry=False, expires=self.expires
                )
        except Exception:
            log.warning("Could not wake a worker; the reaper will.", exc_info=True)

    def waiting(self) -> int:
        """How many wake-ups, of any task, wait in its queue; 0 where the broker is unavailable."""
        try:
            return int(broker.client().llen(self.queue))
        except (redis.RedisError, OSError):
            return 0

    def ensure(self, rows: QuerySet[Any]) -> None:
        """Wake a worker if any of `rows` waits for it, unless its queue is full of wake-ups."""
        if rows.exists() and self.waiting() < MAX_WAITING:
            self.publish()
