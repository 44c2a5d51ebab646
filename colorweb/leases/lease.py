"""Leases by the database's clock: a worker that dies stops renewing, and others take over."""

import logging
import threading
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.db import close_old_connections, connection
from django.db.models import QuerySet
from django.db.models.functions import Now

log = logging.getLogger(__name__)


class Lease:
    """Renews the lease of `rows` from a thread while the block runs.

    `rows` are the claimed row while it is the caller's, so they name its attempt; once there is
    none, `lost` is set and the renewing ends.
    """

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.rows, self.lost = rows, threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

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

    def _keep(self) -> None:
        try:
            while not self._done.wait(settings.JOB_LEASE_RENEWAL.total_seconds()):
                try:
                    if not self.rows.update(lease_until=Now() + settings.JOB_LEASE):
                        self.lost.set()
                        return
                except Exception:
                    log.warning("A lease was not renewed; next try soon.", exc_info=True)
                    close_old_connections()
        finally:
            connection.close()
