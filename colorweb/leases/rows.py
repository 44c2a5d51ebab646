"""How workers share rows: claims, leases by the database's clock, and fencing.

A claim gives a row a new `attempt` and a lease. Every write of a worker names its attempt, and is
refused once the row is another worker's. A worker that dies stops renewing; `requeue` frees the
rows it held.
"""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from colorweb import database
from colorweb.health import fitness
from colorweb.leases import outages
from colorweb.leases.models import Leased

Row = TypeVar("Row", bound=Leased)


class LeaseLost(Exception):
    """The row is not this worker's any more: another one has it, or it has ended or is gone."""


class InvalidTransition(Exception):
    """The row is not in a state from which it can go there, or it is gone."""


def worker_name() -> str:
    """The name of this process as a worker."""
    return f"{socket.gethostname()}-{os.getpid()}"


def claim(
    rows: QuerySet[Row], limit: int = 1, *, lease: timedelta | None = None, **values: Any
) -> list[Row]:
    """Claim the first of `rows` that no worker holds, at most `limit`, and write `values`.

    The lease is `JOB_LEASE` long by default. A process that could not do the work claims nothing.
    """
    if not fitness.may_claim():
        return []
    free = rows.filter(lease_until=None)
    if not free.exists():  # without waiting for the lock that a transaction takes on SQLite
        return []
    values |= granted(lease)
    with transaction.atomic():
        found = list(lock(free)[:limit])
        rows.model.objects.filter(pk__in=[row.pk for row in found]).update(**values)
        for row in found:
            row.refresh_from_db(fields=list(values))
    return found


def claim_one(rows: QuerySet[Row], **values: Any) -> Row | None:
    """Claim the first of `rows` that no worker holds; None if there is none."""
    return next(iter(claim(rows, **values)), None)


def lock(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of `rows` that no other transaction has locked, locked in the caller's."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows  # On SQLite the transaction itself (BEGIN IMMEDIATE) keeps other workers out.


def granted(lease: timedelta | None = None) -> dict[str, Any]:
    """What a claim writes: the next attempt, and its lease from now."""
    return {"attempt": F("attempt") + 1, "lease_until": Now() + (lease or settings.JOB_LEASE)}


def held(row: Row) -> QuerySet[Row]:
    """The row, as long as the attempt that was read with it holds it."""
    rows: QuerySet[Row] = type(row).objects.filter(pk=row.pk, attempt=row.attempt)
    return rows.filter(lease_until__isnull=False)


def renew(rows: QuerySet[Any]) -> bool:
    """Prolong the leases of `rows`, which are `held`; whether there is one."""
    return bool(rows.update(lease_until=Now() + settings.JOB_LEASE))


def write(row: Leased, **values: Any) -> None:
    """Write to a row that the caller holds. Raises LeaseLost."""
    if not held(row).update(**values):
        raise LeaseLost(f"{row.pk} is not attempt {row.attempt}'s any more")


def release(row: Leased, **values: Any) -> None:
    """End the caller's lease, and write `values`. Raises LeaseLost."""
    write(row, lease_until=None, **values)


def put_back(row: Leased, **values: Any) -> None:
    """End the caller's lease because its own surroundings failed, and write `values`.

    Waits for the database, and changes nothing once the row is another worker's.
    """
    database.wait()
    with suppress(LeaseLost):
        release(row, **values)


def change(rows: QuerySet[Any], *, fence: int | None = None, **values: Any) -> None:
    """Write to the one row of `rows`, which restrict the states it may be in.

    A worker passes as `fence` the attempt of its claim. Raises LeaseLost for a worker and
    InvalidTransition for others if the row is not among them.
    """
    if fence is not None:
        rows = rows.filter(attempt=fence)
    check(rows.update(**values), fence=fence)


def check(changed: int, *, fence: int | None = None) -> None:
    """The same errors where `changed`, the number of rows that such a write has found, is 0."""
    if changed:
        return
    if fence is not None:
        raise LeaseLost(f"The row is not attempt {fence}'s any more")
    raise InvalidTransition("The row is not in a state that allows it")


def expired(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of `rows` whose worker has not renewed its lease in time."""
    return rows.filter(lease_until__lt=Now())


def requeue(
    rows: QuerySet[Row],
    free: Callable[[Row], object] = release,
    give_up: Callable[[Row], object] | None = None,
) -> tuple[list[Row], list[Row]]:
    """Free those of `rows` whose worker died, by `free`; and by `give_up`, if it is given, those
    that have cost `JOB_MAX_ATTEMPTS` workers in a row.

    Both are called with a locked row and have to end its lease. Returns the rows that wait again
    and those that were given up. After the database was unavailable nobody is taken for dead:
    workers have to renew their leases first.
    """
    waiting: list[Row] = []
    ended: list[Row] = []
    if outages.was_lately():
        return waiting, ended
    for key in list(expired(rows).values_list("pk", flat=True)):
        with transaction.atomic():
            row = lock(expired(rows).filter(pk=key)).first()
            if row is None:  # its worker has renewed the lease or finished
                continue
            rows.model.objects.filter(pk=key).update(crash_count=row.crashes)
            if give_up and row.crashes >= settings.JOB_MAX_ATTEMPTS:
                give_up(row)
                ended.append(row)
            else:
                free(row)
                waiting.append(row)
    return waiting, ended
