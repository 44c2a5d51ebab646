"""Prepared queries answer as the query sets they were made of, for every value and connection."""

import threading
import uuid
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models.functions import Now
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from colorweb.prepared import Prepared, PreparedUpdate, number
from jobs.models import Job, Photo
from tests.jobs import make

by_key = Prepared(
    lambda key, job_id: Job.objects.filter(visitor_key=key, pk=job_id).select_related("photo"),
    key=str,
    job_id=uuid.UUID,
)


def values(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_rows_and_their_relations_are_those_of_the_query_set(db, django_assert_num_queries):
    for title in ("one", "two"):
        job = make.job(photo=make.photo(title=title), metadata={"n": [1]})
        with django_assert_num_queries(1):
            [found] = by_key(key=job.visitor_key, job_id=job.pk)
            assert found.photo.title == title
        assert by_key(key=job.visitor_key, job_id=str(job.pk)) == [found]
        usual = Job.objects.get(pk=job.pk)
        assert values(found) == values(usual)
        assert values(found.photo) == values(usual.photo)


def test_what_is_not_there_is_not_found(db):
    job = make.job()
    assert by_key(key="guest-other", job_id=job.pk) == []
    assert by_key(key=job.visitor_key, job_id=uuid.uuid4()) == []


def test_numbers_are_those_of_the_rows(db):
    jobs = [make.job(owner="a"), make.job(owner="a"), make.job(owner="b")]
    of_owner = Prepared(
        lambda owner, turn: number("COUNT", Job.objects.filter(queue_owner=owner, turn__lte=turn)),
        owner=str,
        turn=int,
    )
    last = Prepared(lambda: number("MAX", Job.objects.all(), "turn"))
    assert of_owner.number(owner="a", turn=2**40) == 2
    assert of_owner.number(owner="a", turn=jobs[0].turn) == 1
    assert of_owner.number(owner="c", turn=2**40) == 0
    assert last.number() == max(job.turn for job in jobs)


def test_moments_are_compared_as_moments(db):
    photo = make.photo()
    since = Prepared(
        lambda moment: Photo.objects.filter(created_at__gte=moment).values_list("pk"),
        moment=datetime,
    )
    assert since(moment=photo.created_at) == [(photo.pk,)]
    assert since(moment=photo.created_at + timedelta(seconds=1)) == []


def test_updates_write_what_they_are_given_and_count_rows(db, django_assert_num_queries):
    jobs = [make.job(), make.job()]
    lend = PreparedUpdate(
        lambda job_id, worker, timings, lease: (
            Job.objects.filter(pk=job_id, lease_until=None),
            {"worker": worker, "timings": timings, "lease_until": Now() + lease},
        ),
        job_id=uuid.UUID,
        worker=str,
        timings=dict,
        lease=timedelta,
    )
    for job, seconds in zip(jobs, (10, 20), strict=True):
        given = {"worker": f"for {seconds}", "timings": {"reading_ms": seconds}}
        before = timezone.now()
        with django_assert_num_queries(1):
            assert lend(job_id=job.pk, lease=timedelta(seconds=seconds), **given) == 1
        assert lend(job_id=job.pk, lease=timedelta(seconds=seconds), **given) == 0
        job.refresh_from_db()
        assert {"worker": job.worker, "timings": job.timings} == given
        assert job.lease_until
        assert abs(job.lease_until - before - timedelta(seconds=seconds)) < timedelta(seconds=5)


def test_an_update_that_fails_ends_its_transaction(db):
    make.photo()
    forget = PreparedUpdate(lambda: (Photo.objects.all(), {"created_at": None}))
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            forget()
        with pytest.raises(TransactionManagementError):
            Photo.objects.exists()


def test_a_value_that_the_sql_does_not_hold_as_it_is_is_refused(db):
    named = Prepared(lambda name: Photo.objects.filter(name__startswith=name), name=str)
    with pytest.raises(ValueError, match="name: not a parameter"):
        named(name="a")


def test_threads_ask_over_their_own_connections(transactional_db):
    job = make.job()
    names: list[str] = []

    def ask() -> None:
        names.extend(found.photo.name for found in by_key(key=job.visitor_key, job_id=job.pk))
        connection.close()

    for thread in [threading.Thread(target=ask) for _ in range(3)]:
        thread.start()
        thread.join()
    assert names == [job.photo.name] * 3
