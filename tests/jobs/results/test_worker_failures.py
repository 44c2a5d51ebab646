"""What happens to photos when a worker, its storage or one of them fails."""

import os

import pytest
from django.conf import settings
from django.core.files.storage import default_storage

from colorweb.accounts import installation
from colorweb.testing import s3
from colorweb.testing.ports import free_port
from jobs.events.progress import Progress
from jobs.models import Job, State
from jobs.queue import claims, retries, states
from jobs.results import renditions
from tests.jobs import make
from tests.jobs.results.finished import send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr("jobs.results.worker.UNFIT_WAIT", 0)


def made_by(job: Job) -> list[str]:
    """Files that attempts of the job have left."""
    _, names = default_storage.listdir(job.photo.folder)
    return [name for name in names if name.startswith(str(job.pk))]


def test_a_photo_that_fails_costs_its_neighbors_nothing(worker):
    broken, good = send(), send()
    default_storage.delete(broken.photo.source)
    worker.work()
    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.state, broken.error_code) == ("failed", "internal_error")
    assert good.state == "succeeded"


def broken_storage(settings) -> dict:
    """Storage settings of a bucket on a server that is not there."""
    address = f"http://127.0.0.1:{free_port()}"
    options = {"bucket_name": "photos", "endpoint_url": address, **s3.KEYS}
    bucket = {"BACKEND": "colorweb.storage.s3.S3", "OPTIONS": options}
    return {**settings.STORAGES, "default": bucket}


def test_while_the_storage_is_unavailable_photos_wait_for_it(worker, settings):
    jobs, folder = [send(), send()], settings.STORAGES
    settings.STORAGES = broken_storage(settings)
    assert [worker.work(), worker.work()] == [2, 0], "the first claim finds out"
    for job in jobs:
        job.refresh_from_db()
        assert (job.state, job.stage, job.attempt, job.worker) == ("queued", "waiting", 1, "")
    settings.STORAGES = folder
    assert worker.work() == 2
    assert Job.objects.filter(state="succeeded", crash_count=0).count() == 2


def test_a_photo_that_meets_an_outage_at_every_attempt_fails_at_last_and_can_be_tried_again(
    worker, settings
):
    job, folder = send(), settings.STORAGES
    settings.JOB_MAX_CLAIMS = 1
    settings.STORAGES = broken_storage(settings)
    worker.work()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "storage_unavailable")
    settings.STORAGES = folder
    assert retries.retry_lately() == 1
    settings.JOB_MAX_CLAIMS = 100
    worker.work()
    assert Job.objects.filter(state="succeeded").count() == 1


def test_a_rendition_waits_while_the_storage_is_unavailable(worker, settings):
    job, folder = send(), settings.STORAGES
    worker.work()
    job.refresh_from_db()
    rendition = renditions.request(job, make.sender(job), format="png")
    settings.STORAGES = broken_storage(settings)
    worker.render()
    settings.STORAGES = folder
    rendition.refresh_from_db()
    assert (rendition.state, rendition.lease_until, rendition.crash_count) == ("queued", None, 0)
    assert worker.render()
    rendition.refresh_from_db()
    assert rendition.state == "ready"


def test_photos_that_a_worker_with_a_wrong_storage_claimed_are_colored_by_another(worker):
    installation.mark()
    jobs = [send(), send()]
    for job in jobs:
        default_storage.delete(job.photo.source)
    default_storage.delete(installation.MARKER)
    worker.work()
    assert Job.objects.filter(state="queued", crash_count=0).count() == 2
    assert worker.work() == 0, "it claims nothing more"


def test_a_canceled_running_job_stops_and_leaves_no_file(worker, monkeypatch):
    from jobs.results.task import Task  # noqa: PLC0415 - imports what colors

    job = send()

    def cancel_while_reading(task):
        states.request_cancel(task.job)
        return read(task)

    read = Task.read
    monkeypatch.setattr(Task, "read", cancel_while_reading)
    worker.work()
    job.refresh_from_db()
    assert job.state == "canceled"
    assert made_by(job) == []


def test_a_late_worker_is_refused_and_removes_its_files(worker, monkeypatch):
    from jobs.results.task import Task  # noqa: PLC0415 - imports what colors

    job = send()

    def slow(task):
        make.expire(task.job)
        claims.reap()
        [second] = claims.claim("quicker")
        states.change(second.pk, State.SUCCEEDED, fence=2, result="quicker.jpg")
        return save(task)

    save = Task.save
    monkeypatch.setattr(Task, "save", slow)
    worker.work()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.result) == ("succeeded", 2, "quicker.jpg")
    assert made_by(job) == []


def test_a_photo_may_not_take_for_ever(worker, settings):
    settings.JOB_TIME_LIMIT *= 0
    job = send()
    worker.work()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "took_too_long")


def test_a_stage_that_does_not_end_ends_the_process_and_only_its_own_photo(worker, monkeypatch):
    from jobs.results.task import Task  # noqa: PLC0415 - imports what colors
    from jobs.results.worker import GRACE  # noqa: PLC0415

    stuck, waiting, done = send(), send(), send()
    tasks = [Task(job, Progress(job.pk, "")) for job in claims.claim(worker.name, 3)]
    exits: list[int] = []
    monkeypatch.setattr(os, "_exit", exits.append)
    monkeypatch.setattr(worker, "tasks", tasks)
    worker.end_if_overdue()
    assert exits == []
    for task in tasks:
        task.began -= (settings.JOB_TIME_LIMIT + GRACE).total_seconds()
    by_job = {task.job.pk: task for task in tasks}
    by_job[stuck.pk].in_step = True
    states.change(done.pk, State.SUCCEEDED, fence=1, result="done.jpg")
    by_job[done.pk].ended = True
    worker.end_if_overdue()
    for job in (stuck, waiting, done):
        job.refresh_from_db()
    assert set(exits) == {1}, "its own thread may have noticed it too"
    assert (stuck.state, stuck.error_code) == ("failed", "took_too_long")
    assert (waiting.state, done.state) == ("queued", "succeeded")


def test_a_rendition_that_fails_says_so(worker):
    job = send()
    worker.work()
    job.refresh_from_db()
    default_storage.delete(job.photo.source)
    rendition = renditions.request(job, make.sender(job), format="png")
    assert worker.render()
    rendition.refresh_from_db()
    assert (rendition.state, rendition.error_code) == ("failed", "internal_error")


def test_a_network_that_cannot_be_had_fails_only_who_asked_for_it(worker):
    pinned, other = send(), send()
    Job.objects.filter(pk=pinned.pk).update(model="mine@0123456789ab")
    while worker.work():
        pass
    pinned.refresh_from_db()
    other.refresh_from_db()
    assert (pinned.state, pinned.error_code) == ("failed", "model_unavailable")
    assert other.state == "succeeded"
