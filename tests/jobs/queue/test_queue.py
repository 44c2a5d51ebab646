"""What the queue promises."""

import threading
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models.functions import Now

from colorweb import broker, leases
from jobs.models import Job, Queue
from jobs.queue import claims, fair_share, positions, states, wakeups
from jobs.queue.cost import estimate
from jobs.storage import files
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)


def claimed(limit: int = 1) -> list[Job]:
    return claims.claim("test", limit)


def test_a_job_that_is_committed_has_woken_a_worker():
    make.job()
    assert wakeups.waiting() == 1


def test_a_claim_runs_the_job_with_a_lease_and_a_fencing_number():
    job = make.job()
    [taken] = claimed()
    assert (taken.pk, taken.state, taken.attempt, taken.worker) == (job.pk, "running", 1, "test")
    assert Job.objects.filter(
        lease_until__gt=Now() + timedelta(seconds=15), lease_until__lt=Now() + timedelta(seconds=25)
    ).exists()


def test_an_empty_queue_gives_nothing():
    assert claimed() == []


def test_one_owners_many_photos_delay_anothers_single_one_by_a_turn():
    many = [make.job("address:many") for _ in range(5)]
    claimed()
    single = make.job("address:single")
    order = [claimed()[0].pk for _ in range(5)]
    assert order.index(single.pk) == 1
    assert [pk for pk in order if pk != single.pk] == [job.pk for job in many[1:]]


def test_a_new_owner_does_not_overtake_the_turns_already_served():
    for _ in range(3):
        make.job("address:old")
        claimed()
    assert make.job("address:new").turn == 4 * estimate(640, 480)


def test_an_owner_of_huge_photos_gets_as_much_time_as_one_of_small_ones():
    huge = [make.job("address:huge", photo=make.photo(width=12_000, height=12_000))]
    huge += [make.job("address:huge", photo=make.photo(width=12_000, height=12_000))]
    small = [make.job("address:small") for _ in range(60)]
    order = [claimed()[0].pk for _ in range(62)]
    cost = estimate(12_000, 12_000) / estimate(640, 480)
    assert cost > 30
    assert order.index(huge[0].pk) == int(cost)
    assert [pk for pk in order if pk not in {job.pk for job in huge}] == [job.pk for job in small]


def test_a_claim_reads_one_index():
    for number in range(3):
        make.job(f"address:{number}")
    plan = Job.objects.filter(state="queued").order_by(*fair_share.ORDER).explain()
    assert "job_queue" in plan


def test_priority_decides_within_a_turn():
    later = make.job("address:1", priority=1)
    first = make.job("address:2", priority=0)
    assert [job.pk for job in (claimed()[0], claimed()[0])] == [first.pk, later.pk]


def test_a_batch_holds_one_shape_only():
    one = make.job("address:1", frame="256x256")
    make.job("address:2", frame="256x384")
    other = make.job("address:3", frame="256x256")
    assert [job.pk for job in claimed(limit=4)] == [one.pk, other.pk]


def test_a_later_attempt_runs_alone():
    suspect = make.job("address:1")
    claimed()
    make.expire(suspect)
    claims.reap()
    make.job("address:2")
    make.job("address:3")
    batches = [[job.pk for job in claimed(limit=4)] for _ in range(2)]
    assert [suspect.pk] in batches
    assert sorted(map(len, batches)) == [1, 2]


def test_a_paused_queue_gives_nothing():
    make.job()
    Queue.objects.update(paused=True)
    assert claimed() == []


def test_two_workers_never_claim_the_same_job():
    jobs = {make.job(f"address:{number}").pk for number in range(12)}
    taken: list[Job] = []

    def work() -> None:
        try:
            while found := claims.claim("thread", 2):
                taken.extend(found)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(taken) == len(jobs)
    assert {job.pk for job in taken} == jobs


def test_position_counts_those_ahead():
    jobs = [make.job(f"address:{number}") for number in range(3)]
    assert positions.positions(jobs) == {job.pk: number + 1 for number, job in enumerate(jobs)}
    claimed()
    now = positions.positions(Job.objects.all())
    assert now == {job.pk: number for number, job in enumerate(jobs) if number}


def test_dead_worker_job_is_requeued_and_wakes_a_worker():
    job = make.job()
    claimed()
    broker.client().delete("gpu")
    make.expire(job)
    assert claims.reap() == (1, 0)
    job.refresh_from_db()
    assert (job.state, job.stage, job.worker) == ("queued", "waiting", "")
    assert wakeups.waiting() == 1


def test_what_a_dead_worker_has_written_goes_with_its_attempt():
    make.job()
    [job] = claimed()
    with files.new_file(job.file("result")) as file:
        file.write(b"whole, but too late")
    claims.reap()
    assert default_storage.exists(job.file("result"))
    make.expire(job)
    claims.reap()
    assert not default_storage.exists(job.file("result"))


def test_a_renewed_lease_keeps_its_job():
    make.job()
    [job] = claimed()
    make.expire(job)
    leases.renew(leases.held(job))
    assert claims.reap() == (0, 0)


def test_three_dead_workers_fail_the_job_with_the_reason():
    job = make.job()
    for _ in range(3):
        [taken] = claimed()
        make.expire(taken)
        claims.reap()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error_code) == ("failed", 3, "worker_died")


def test_a_lost_wakeup_is_published_again():
    make.job()
    broker.client().delete("gpu")
    claims.reap()
    assert wakeups.waiting() == 1


def test_however_many_wait_no_more_wakeups_do_than_workers_need(monkeypatch):
    monkeypatch.setattr(wakeups, "MAX_WAKEUPS", 2)
    for _ in range(4):
        make.job()
    broker.client().delete("gpu")
    for _ in range(2):
        claims.reap()
        assert wakeups.waiting() == 2


def test_places_of_many_are_found_by_one_look_at_the_queue(django_assert_num_queries):
    jobs = [make.job(f"address:{number % 2}") for number in range(5)]
    claims.claim("test")
    waiting = list(Job.objects.order_by("-turn"))
    with django_assert_num_queries(1):
        places = positions.positions(waiting)
    ordered = Job.objects.filter(state="queued").order_by(*fair_share.ORDER)
    assert places == {job.pk: place for place, job in enumerate(ordered, start=1)}
    assert len(places) == len(jobs) - 1


def test_cancel_takes_a_waiting_job_out_at_once():
    job = make.job()
    states.request_cancel(job)
    job.refresh_from_db()
    assert job.state == "canceled"
    assert claimed() == []


def test_a_worker_finds_its_canceled_job_refused():
    make.job()
    [job] = claimed()
    states.request_cancel(job)
    with pytest.raises(leases.LeaseLost):
        states.advance(job.pk, "colorizing", fence=job.attempt)
