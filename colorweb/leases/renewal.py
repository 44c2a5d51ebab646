"""Leases renewed from a thread, while their worker is busy."""

import logging
import threading
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from colorweb.leases.models import Leased
from colorweb.leases.rows import held, renew

log = logging.getLogger(__name__)


class Renewal:
    """Renews the lease of `rows`, which are `held`, from a thread while the block runs.

    `lost` is set, and the renewing ends, once there is none.
    """

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.rows, self.lost = rows, threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _renew(self) -> None:
        while not self._done.wait(settings.JOB_LEASE_RENEWAL.total_seconds()):
            try:
                if not renew(self.rows):
                    self.lost.set()
                    return
            except Exception:
                log.warning("A lease was not renewed; next try soon.", exc_info=True)
            finally:
                connection.close()  # the next try gets one that is alive


def renewing(row: Leased) -> Renewal:
    """Keep the lease of a claimed row from ending while the block runs."""
    return Renewal(held(row))
