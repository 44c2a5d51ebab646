"""Workers that make files from results may die: each file is made once, by one of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from colorweb import broker
from colorweb.errors import DomainError
from jobs.models import Rendition
from jobs.queue import claims, wakeups
from jobs.results import renditions
from jobs.results.rendering import make as make_file
from tests.jobs import make
from tests.jobs.results.finished import expire, files_of, made

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_two_workers_make_the_same_file(job):
    renditions.request(job, make.sender(job), format="png")
    assert renditions.claim() is not None
    assert renditions.claim() is None


def test_what_a_dead_worker_left_is_requeued_and_the_late_one_refused(job):
    rendition = renditions.request(job, make.sender(job), format="png")
    late = renditions.claim()
    assert late is not None
    expire(rendition)
    broker.client().delete("gpu")
    renditions.reap()
    claims.reap()
    assert wakeups.waiting() == 1
    size = make_file(late, lambda _: None)
    made(rendition)
    assert not renditions.finish(late, size)
    rendition.refresh_from_db()
    assert (rendition.state, rendition.attempt) == ("ready", 2)
    assert files_of(rendition) == [rendition.file]


def test_a_file_that_costs_three_workers_is_given_up(job):
    rendition = renditions.request(job, make.sender(job), format="png")
    for _ in range(3):
        assert renditions.claim() is not None
        expire(rendition)
        assert renditions.claim() is None
        given_up = renditions.reap()
    assert given_up == 1
    assert renditions.request(job, make.sender(job), format="png").error_code == "worker_died.file"


def test_a_failure_is_reported_for_a_minute_and_then_tried_again(job):
    rendition = renditions.request(job, make.sender(job), format="png")
    claimed = renditions.claim()
    assert claimed is not None
    renditions.fail(claimed, DomainError("internal_error"))
    assert renditions.request(job, make.sender(job), format="png").state == "failed"
    Rendition.objects.update(wanted_at=timezone.now() - timedelta(minutes=2))
    again = renditions.request(job, make.sender(job), format="png")
    assert (again, again.state, again.attempt) == (rendition, "queued", 1)


def test_a_worker_that_stalled_before_a_retry_cannot_write_to_it(job):
    rendition = renditions.request(job, make.sender(job), format="png")
    for _ in range(3):
        stalled = renditions.claim()
        expire(rendition)
        renditions.reap()
    assert stalled is not None
    Rendition.objects.update(wanted_at=timezone.now() - timedelta(minutes=2))
    assert renditions.request(job, make.sender(job), format="png").state == "queued"
    for attempt in (4, 5, 6):
        claimed = renditions.claim()
        assert claimed is not None
        assert (claimed.attempt, claimed.crash_count) == (attempt, attempt - 4)
        assert not renditions.finish(stalled, 1)
        expire(rendition)
        renditions.reap()
    assert renditions.request(job, make.sender(job), format="png").error_code == "worker_died.file"
