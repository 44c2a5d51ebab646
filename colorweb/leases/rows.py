"""How several workers share rows: claims, leases by the database's clock, and fencing.

A claim gives a row a new `attempt`; whoever writes names the attempt they were given, and is
refused once somebody else has the row. A worker that dies stops renewing its lease.
"""

import contextlib
import os
import socket
from collections.abc import Collection
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from colorweb.leases.lease import Lease
from colorweb.leases.models import Leased

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


def take_back(rows: QuerySet[Any], *, again: str, deaths: int, **given_up: Any) -> None:
    """Puts those of `rows` whose worker died into state `again`; at the last of so many `deaths`
    in a row, they get the values `given_up`.
    """
    for row in expired(rows):
        values = given_up if row.deaths + 1 >= deaths else {"state": again}
        # A worker that has renewed its lease or finished meanwhile keeps its row.
        with contextlib.suppress(Refused):
            change(
                row,
                [row.state],
                fence=row.attempt,
                where=Q(lease_until__lt=Now()),
                lease_until=None,
                deaths=F("deaths") + 1,
                **values,
            )


def kept(row: Leased) -> Lease:
    """Keeps a claimed row's lease alive while the block runs."""
    rows = type(row).objects.filter(pk=row.pk, attempt=row.attempt, lease_until__isnull=False)
    return Lease(rows)
