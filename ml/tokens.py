"""Wake-up tokens for the workers that check and train; the rows are the queue."""

import logging

from celery import current_app

from colorweb import broker

log = logging.getLogger(__name__)

EXPIRES = 60  # seconds: the reaper publishes again for what still waits


def check() -> None:
    """Wakes a worker that checks data sets."""
    _send("ml.tasks.check_data_sets")


def train() -> None:
    """Wakes a worker that trains."""
    _send("ml.tasks.train")


def evaluate() -> None:
    """Wakes the worker that trains, to measure versions."""
    _send("ml.tasks.evaluate")


def waiting(queue: str) -> int:
    """How many tokens wait in a queue. Raises redis.RedisError where the broker is away."""
    return int(broker.client().llen(queue))


def _send(task: str) -> None:
    """A broker that is away is logged: the reaper publishes later."""
    try:
        current_app.send_task(task, retry=False, expires=EXPIRES)
    except Exception:
        log.warning("Could not wake a worker; the reaper will.", exc_info=True)
