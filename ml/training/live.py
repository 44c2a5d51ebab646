"""Announces to the open pages of a run that its rows have changed; the rows are the truth."""

import logging
import uuid

from colorweb.http import channel_layer

log = logging.getLogger(__name__)


def group(run_id: uuid.UUID) -> str:
    """The channel group of one run's open pages."""
    return f"training-run-{run_id}"


def announce(run_id: uuid.UUID) -> None:
    """A broker that does not answer is logged: pages read the rows again by themselves."""
    try:
        channel_layer.send([group(run_id)], {"type": "run.changed"})
    except Exception:
        log.warning("A live message was not sent.", exc_info=True)
