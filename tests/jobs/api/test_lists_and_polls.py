"""Lists are cut as a program wants them, and asking for a job again costs next to nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.events import progress
from jobs.models import Job, Photo, State
from jobs.queue import claims
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)
JOBS = "/api/v1/jobs/"


def jobs_of(ada, count: int) -> list[Job]:
    """So many of Ada's jobs, made a day after each other."""
    made = [make.job(photo=make.photo(guest="", owner=ada)) for _ in range(count)]
    for number, job in enumerate(made):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
        Job.objects.filter(pk=job.pk).update(created_at=moment)
        Photo.objects.filter(pk=job.photo_id).update(created_at=moment)
    return made


def ids(answer) -> list[str]:
    return [one["id"] for one in answer.json()["results"]]


def test_pages_are_as_long_as_asked_and_go_on_so(script, ada):
    oldest, middle, newest = (str(job.pk) for job in jobs_of(ada, 3))
    first = script.get(JOBS, {"page_size": 2})
    assert ids(first) == [newest, middle]
    assert ids(script.get(first.json()["next"])) == [oldest]
    by_id = script.get(JOBS, {"id": [oldest, newest, middle], "page_size": 1})
    assert len(ids(by_id)) == 3


@pytest.mark.parametrize(
    ("size", "code"), [("0", "min_value"), ("101", "max_value"), ("many", "invalid")]
)
def test_a_page_of_no_size_is_refused(script, size, code):
    answer = script.get(JOBS, {"page_size": size})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["errors"][0]["attr"] == "page_size"


def test_lists_are_cut_by_dates(script, ada):
    oldest, middle, newest = jobs_of(ada, 3)
    since = {"created_after": "2026-01-02T00:00:00Z"}
    until = {"created_before": "2026-01-02T00:00:00Z"}
    assert ids(script.get(JOBS, since)) == [str(newest.pk), str(middle.pk)]
    assert ids(script.get("/api/v1/photos/", until)) == [str(oldest.photo_id)]
    answer = script.get("/api/v1/batches/", {"created_after": "yesterday"})
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "created_after")


def test_a_longer_list_takes_no_more_queries(script, ada):
    script.get(JOBS)  # its token was used, which is written down for ten minutes
    counts: list[int] = []
    for more in (1, 4):
        jobs_of(ada, more)
        Job.objects.update(state=State.SUCCEEDED)
        with CaptureQueriesContext(connection) as counted:
            assert len(script.get(JOBS).json()["results"]) == more + len(counts)
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_a_job_that_is_as_it_was_is_304_with_few_queries(
    script, ada, django_assert_max_num_queries
):
    ahead, job = jobs_of(ada, 2)
    address = f"{JOBS}{job.pk}/"
    tag = script.get(address)["ETag"]

    def poll(**headers: str) -> int:
        return script.get(address, headers={"If-None-Match": tag, **headers}).status_code

    with django_assert_max_num_queries(4):
        assert poll() == 304
    assert poll(**{"Accept-Language": "ru"}) == 200
    claims.claim("test")  # the one before it: its own position changes
    assert Job.objects.get(pk=ahead.pk).state == State.RUNNING
    assert poll() == 200


@pytest.mark.parametrize("change", ["progress", "sequence", "title", "look", "version"])
def test_whatever_a_job_says_changes_its_etag(script, ada, change):
    [job] = jobs_of(ada, 1)
    claims.claim("test")
    address = f"{JOBS}{job.pk}/"
    before = script.get(address)["ETag"]
    photo, row = Photo.objects.filter(pk=job.photo_id), Job.objects.filter(pk=job.pk)
    {
        "progress": lambda: progress.keep_progress(job.pk, 0.5),
        "sequence": lambda: row.update(sequence=9),
        "title": lambda: photo.update(title="Harvest"),
        "look": lambda: photo.update(vividness=1.5),
        "version": lambda: photo.update(version=job),
    }[change]()
    assert script.get(address)["ETag"] != before


def test_me_says_what_is_allowed(script, settings):
    limits = script.get("/api/v1/me/").json()["limits"]
    assert limits["photo_bytes"] == settings.UPLOAD_MAX_BYTES
    assert (limits["requests"], limits["photo_hours"]) == ({"limit": 6000, "seconds": 60}, None)
    guest = Client().get("/api/v1/me/").json()["limits"]
    assert (guest["tokens"], guest["trash_days"], guest["photo_hours"]) == (0, 0, 24)
