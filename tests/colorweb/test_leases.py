"""What a lease promises, on rows of a model that uses nothing but it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from colorweb import broker, leases
from colorweb.leases.wakeups import MAX_WAITING, Wakeup
from colorweb.testing.waiting import wait_for
from ml.models import DataSet

pytestmark = pytest.mark.django_db(transaction=True)

WAKEUP = Wakeup("jobs.tasks.nothing", "lease-tests")


@pytest.fixture(autouse=True)
def _no_wakeup():
    broker.client().delete(WAKEUP.queue)


def add(count: int = 1) -> None:
    for number in range(count):
        DataSet.objects.create(name=str(number))


def rows() -> Any:
    return DataSet.objects.order_by("name")


def claimed(**values: Any) -> DataSet:
    row = leases.claim_one(rows(), **values)
    assert row
    return row


def expire() -> None:
    """As if every worker had died."""
    DataSet.objects.update(lease_until=Now() - timedelta(seconds=1))


def crash(row: DataSet) -> None:
    leases.release(row, crash_count=row.crashes)


def test_a_claim_gives_the_first_free_row_a_lease_and_an_attempt():
    add(2)
    first = claimed(state="checking")
    assert (first.name, first.state, first.attempt) == ("0", "checking", 1)
    earliest, latest = (Now() + settings.JOB_LEASE + timedelta(seconds=s) for s in (-5, 5))
    assert DataSet.objects.filter(lease_until__range=(earliest, latest)).count() == 1
    assert claimed().name == "1"
    assert leases.claim_one(rows()) is None


def test_a_claim_takes_so_many_rows_at_most():
    add(3)
    assert [row.name for row in leases.claim(rows(), 2)] == ["0", "1"]
    assert [row.name for row in leases.claim(rows(), 2)] == ["2"]


def test_a_claim_may_ask_for_another_lease():
    add()
    leases.claim(rows(), lease=timedelta(hours=1))
    assert DataSet.objects.filter(lease_until__gt=Now() + timedelta(minutes=55)).exists()


def test_workers_at_the_same_time_never_claim_the_same_row():
    add(12)
    found: list[str] = []

    def work() -> None:
        try:
            while some := leases.claim(rows(), 2):
                found.extend(row.name for row in some)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found, key=int) == [str(number) for number in range(12)]
    assert set(DataSet.objects.values_list("attempt", flat=True)) == {1}


def test_the_row_of_a_dead_worker_is_requeued():
    add()
    dead = claimed()
    assert leases.requeue(rows()) == ([], []), "it is not dead yet"
    expire()
    assert leases.claim_one(rows()) is None, "nobody has freed it yet"
    assert leases.requeue(rows()) == ([dead], [])
    assert claimed().attempt == 2


def test_a_renewed_lease_is_not_requeued():
    add()
    row = claimed()
    expire()
    assert leases.renew(leases.held(row))
    assert leases.requeue(rows()) == ([], [])


@pytest.mark.parametrize("write", [leases.write, leases.release])
def test_a_late_workers_write_is_refused(write):
    add()
    late = claimed()
    expire()
    leases.requeue(rows())
    with pytest.raises(leases.LeaseLost):
        write(late, progress=0.5)
    now = claimed()
    with pytest.raises(leases.LeaseLost):
        write(late, progress=0.5)
    assert not leases.renew(leases.held(late))
    write(now, progress=0.25)
    assert rows().get().progress == 0.25


def test_a_row_that_is_gone_is_no_longer_its_workers():
    add()
    row = claimed()
    DataSet.objects.all().delete()
    with pytest.raises(leases.LeaseLost):
        leases.write(row, progress=0.5)


def test_a_released_row_is_free_at_once():
    add()
    leases.release(claimed(), progress=0.5)
    assert claimed().attempt == 2


def test_a_row_is_given_up_after_so_many_crashes():
    add()
    ended = []
    for _ in range(settings.JOB_MAX_ATTEMPTS):
        claimed()
        expire()
        waiting, given_up = leases.requeue(
            rows(), crash, lambda row: leases.release(row, state="failed")
        )
        ended.append((len(waiting), len(given_up)))
    assert ended == [(1, 0), (1, 0), (0, 1)]
    assert rows().get().state == "failed"


def test_without_an_end_a_row_is_requeued_however_often_it_crashes():
    add()
    for _ in range(settings.JOB_MAX_ATTEMPTS + 1):
        claimed()
        expire()
        waiting, given_up = leases.requeue(rows(), crash)
        assert (len(waiting), given_up) == (1, [])


def test_a_lease_is_renewed_while_its_worker_is_busy(settings):
    settings.JOB_LEASE_RENEWAL = timedelta(seconds=0.01)
    add()
    row = claimed()
    expire()
    with leases.renewing(row):
        wait_for(lambda: not leases.expired(rows()).exists(), "a renewal")


def test_a_busy_worker_learns_that_its_lease_is_lost(settings):
    settings.JOB_LEASE_RENEWAL = timedelta(seconds=0.01)
    add()
    with leases.renewing(claimed()) as lease:
        DataSet.objects.update(attempt=2)
        assert lease.lost.wait(60)


def test_a_change_is_refused_from_another_state_and_by_another_attempt():
    add()
    row = claimed(state="checking")
    checking = DataSet.objects.filter(pk=row.pk, state="checking")
    leases.change(checking, fence=1, progress=0.5)
    with pytest.raises(leases.LeaseLost):
        leases.change(checking, fence=0, progress=0.6)
    with pytest.raises(leases.InvalidTransition):
        leases.change(DataSet.objects.filter(pk=row.pk, state="ready"), progress=0.6)
    assert rows().get().progress == 0.5


def test_a_worker_is_woken_for_what_waits_and_wakeups_do_not_pile_up():
    WAKEUP.ensure(rows())
    assert WAKEUP.waiting() == 0
    add(2)
    WAKEUP.ensure(rows())
    assert WAKEUP.waiting() == 1
    for _ in range(2 * MAX_WAITING):
        WAKEUP.ensure(rows())
    assert WAKEUP.waiting() == MAX_WAITING


def test_without_a_broker_no_wakeup_waits_and_none_fails(settings):
    add()
    settings.REDIS_URL = "redis://127.0.0.1:1"
    assert WAKEUP.waiting() == 0
