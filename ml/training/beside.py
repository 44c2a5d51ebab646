"""Comparisons beside a run: they take minutes, where a run may take days."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from ml.training import shutdown_flag
from ml.versions import evaluations

log = logging.getLogger(__name__)

EVERY = 2.0  # seconds


@contextmanager
def comparing() -> Iterator[None]:
    """While the block runs, a thread makes the comparisons that wait; it ends what it has begun."""
    done = threading.Event()
    thread = threading.Thread(target=_compare_until, args=(done,), name="compare", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _compare_until(done: threading.Event) -> None:
    ends = False
    while not ends:
        ends = done.wait(EVERY) or shutdown_flag.is_set()
        try:
            evaluations.work(shutdown_flag.is_set)
        except Exception:
            log.warning("Comparisons were not made; next try soon.", exc_info=True)
        finally:
            connection.close()  # the next try gets one that is alive
