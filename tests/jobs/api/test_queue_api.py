"""The queue for scripts of staff."""

import pytest
from django.test import Client

from colorweb.accounts import tokens
from jobs.models import Job
from jobs.queue import control
from tests.jobs import make
from tests.jobs.document import conforms
from tests.jobs.make import fail

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(admin_user) -> Client:
    _token, secret = tokens.create(
        admin_user, name="t", scopes=["read", "write", "staff"], expires_at=None
    )
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_the_status_is_what_the_document_says(staff, document):
    make.job()
    body = staff.get("/api/v1/queue/").json()
    conforms(body, "QueueStatus", document)
    assert body["queue"]["waiting"] == 1


def test_the_queue_is_paused_and_goes_on(staff):
    assert staff.post("/api/v1/queue/pause/").json()["paused_by"] == "admin@example.com"
    assert control.state().paused
    assert staff.post("/api/v1/queue/resume/").json()["paused"] is False


def test_failed_photos_are_tried_again_and_files_compared(staff):
    job = fail(make.job())
    assert staff.post("/api/v1/queue/retry-failed/").json() == {"retried": 1}
    assert Job.objects.filter(retried_from=job).exists()
    assert staff.post("/api/v1/queue/check/").json()["state"] == "queued"


@pytest.mark.parametrize("path", ["", "pause/", "resume/", "retry-failed/", "check/"])
def test_nobody_else_may(client, path):
    ask = client.post if path else client.get
    assert ask(f"/api/v1/queue/{path}").status_code == 401
