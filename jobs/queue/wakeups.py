"""Wake-ups for the workers that color: Celery messages without arguments.

They are published on commit and never retried: losing one costs at most the reaper's five seconds.
"""

import logging

from celery import current_app

from colorweb import broker
from jobs.events.publish import HINTS

log = logging.getLogger(__name__)
MOST = 1000
"""Wake-ups published at once, however many photos wait."""


def wake(tokens: int = 1) -> None:
    """Publish tokens. A broker that is away is logged: the reaper publishes later."""
    try:
        for _token in range(tokens):
            current_app.send_task("jobs.tasks.colorize", retry=False)
    except Exception:
        log.warning("Could not wake a worker; the reaper will.", exc_info=True)


def waiting_tokens() -> int:
    """How many wake-up tokens wait in the broker."""
    try:
        return int(broker.client().llen("gpu"))
    except HINTS:
        return 0
