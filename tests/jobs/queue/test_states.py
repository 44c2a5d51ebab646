"""What the state machine promises."""

import pytest

from colorweb import leases
from jobs.models import Job, State
from jobs.queue import claims, states
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("end", [State.SUCCEEDED, State.FAILED, State.CANCELED])
@pytest.mark.parametrize("to", list(State))
def test_nothing_leaves_a_terminal_state(end, to):
    make.job()
    [job] = claims.claim("test")
    states.change(job.pk, end, fence=job.attempt)
    with pytest.raises(leases.InvalidTransition):
        states.change(job.pk, to)


def test_every_change_increments_the_sequence():
    job = make.job()
    claims.claim("test")
    states.advance(job.pk, "reading", fence=1)
    states.change(job.pk, State.SUCCEEDED, fence=1)
    assert Job.objects.get().sequence == 3


def test_a_worker_that_was_silent_too_long_is_refused():
    job = make.job()
    [late] = claims.claim("late")
    make.expire(job)
    claims.reap()
    [now] = claims.claim("now")
    with pytest.raises(leases.LeaseLost):
        states.change(job.pk, State.SUCCEEDED, fence=late.attempt, result="late.jpg")
    states.change(job.pk, State.SUCCEEDED, fence=now.attempt, result="now.jpg")
    assert Job.objects.get().result == "now.jpg"


def test_an_end_drops_the_lease_and_notes_the_time():
    job = make.job()
    claims.claim("test")
    states.change(job.pk, State.FAILED, fence=1, error_code="x", error_message="y")
    job.refresh_from_db()
    assert (job.stage, job.lease_until) == ("done", None)
    assert job.started_at
    assert job.finished_at
    assert job.finished_at >= job.started_at


def test_a_job_that_is_gone_is_refused():
    job = make.job()
    job.photo.delete()
    with pytest.raises(leases.InvalidTransition):
        states.change(job.pk, State.RUNNING)
