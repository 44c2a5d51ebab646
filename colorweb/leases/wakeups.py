"""Wake-ups for workers: Celery messages without arguments; the rows say what there is to do."""

import logging

from celery import current_app

from colorweb import broker

log = logging.getLogger(__name__)
EXPIRES = 30  # seconds: the reaper publishes again for what still waits


def publish(task: str, *, expires: int = EXPIRES) -> None:
    """Wake a worker for a task without arguments. A broker that is unavailable is logged."""
    try:
        current_app.send_task(task, retry=False, expires=expires)
    except Exception:
        log.warning("Could not wake a worker; the reaper will.", exc_info=True)


def waiting(queue: str) -> int:
    """How many wake-ups wait in a queue. Raises redis.RedisError where the broker is away."""
    return int(broker.client().llen(queue))
