"""How several workers share rows: claims, leases by the database's clock, and fencing.

A claim gives a row a new `attempt`; whoever writes names the attempt they were given, and is
refused once somebody else has the row. A worker that dies stops renewing its lease.
"""

import logging
import os
import socket
import threading
from collections.abc import Collection
from types import TracebackType
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from ml.models.leased import Leased

log = logging.getLogger(__name__)
Row = TypeVar("Row", bound=Leased)


class Refused(Exception):
    """The row is not where the caller believes: moved on, ended, or gone."""


def here() -> str:
    """The name of this process as a worker."""
    return f"{socket.gethostname()}-{os.getpid()}"


def change(
    row: Leased,
    states: Collection[str],
    *,
    fence: int | None = None,
    where: Q | None = None,
    **values: Any,
) -> None:
    """One conditional UPDATE of a row that is in one of `states`. Raises Refused.

    A worker passes as `fence` the attempt its claim gave it; `where` adds what else must hold.
    """
    rows = type(row).objects.filter(where or Q(), pk=row.pk, state__in=states)
    if fence is not None:
        rows = rows.filter(attempt=fence)
    if not rows.update(sequence=F("sequence") + 1, **values):
        raise Refused(f"{row.pk} is not {' or '.join(sorted(states))} any more")


def claim(rows: QuerySet[Row], to: str, **values: Any) -> Row | None:
    """Takes the first of `rows` into state `to`, with a lease and a new attempt; None if none."""
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        # On SQLite the transaction itself (BEGIN IMMEDIATE) keeps other workers out.
        row = rows.first()
        if row is None:
            return None
        change(
            row,
            [row.state],
            state=to,
            attempt=row.attempt + 1,
            worker=here(),
            lease_until=Now() + settings.JOB_LEASE,
            **values,
        )
        row.refresh_from_db()
    return row


def expired(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of `rows` whose worker has not shown itself in time."""
    return rows.filter(lease_until__lt=Now())


class Lease:
    """Renews a row's lease from a thread while the block runs; `lost` is set when it is over."""

    def __init__(self, row: Leased) -> None:
        self.row, self.lost = row, threading.Event()
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
        rows = type(self.row).objects.filter(
            pk=self.row.pk, attempt=self.row.attempt, lease_until__isnull=False
        )
        try:
            while not self._done.wait(settings.JOB_LEASE_RENEWAL.total_seconds()):
                try:
                    if not rows.update(lease_until=Now() + settings.JOB_LEASE):
                        self.lost.set()
                        return
                except Exception:
                    log.warning("A lease was not renewed; next try soon.", exc_info=True)
                    close_old_connections()
        finally:
            connection.close()
