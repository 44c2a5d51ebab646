"""Wake-up tokens for the `default` queue; the rows say what to do, and the clock looks too."""

import logging

from celery import current_app

log = logging.getLogger(__name__)
EXPIRES = 30  # seconds: the clock comes by more often


def publish(task: str) -> None:
    """Wake a worker for a task without arguments. A broker that is away is logged."""
    try:
        current_app.send_task(task, retry=False, expires=EXPIRES)
    except Exception:
        log.warning("Could not wake a worker; the clock will.", exc_info=True)
