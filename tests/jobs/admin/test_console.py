"""What staff see of the queue on the console's first page, and what its buttons do."""

import uuid
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.utils import timezone

from colorweb import leases
from colorweb.accounts.models import User
from colorweb.health import workers
from colorweb.testing import media, pictures
from jobs.admin import photos as admin_of_photos
from jobs.admin.photos import JobAdmin
from jobs.models import Check, Job, State, folder_of
from jobs.photos import consistency
from jobs.queue import claims, control, retries, states, status
from tests.jobs import make
from tests.jobs.make import fail

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def helper(client):
    """Somebody of the staff who may look and not touch, logged in."""
    user = User.objects.create_user("helper@example.org", "x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_job"))
    client.force_login(user)
    return client


def test_the_figures_are_those_of_the_rows():
    failed, waiting = fail(make.job()), make.job("address:2")
    Job.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - status.HOUR)
    [running] = [make.job("address:3")]
    states.change(running.pk, State.RUNNING, started_at=timezone.now())
    states.change(running.pk, State.SUCCEEDED)
    now = status.status()
    assert (now["queue"]["waiting"], now["queue"]["running"]) == (1, 0)
    assert 3600 <= now["queue"]["oldest_seconds"] < 3660
    assert (now["last_hour"]["succeeded"], now["last_hour"]["failed"]) == (1, 1)
    assert now["last_hour"]["wait_median"] < 60
    assert [job.pk for job in retries.failed()] == [failed.pk]


def test_the_page_shows_workers_and_what_is_wrong_with_them(admin_client):
    workers.beat("one", {"device": "cpu", "model": "m", "version": "0" * 12, "jobs": 2})
    workers.beat("two", {"device": "cpu", "model": "m", "version": "1", "problem": "no such file"})
    page = admin_client.get("/admin/").content.decode()
    assert "m@000000000000" in page
    assert "takes the version in service with its next photo" in page
    assert "no such file" in page


def test_a_paused_queue_takes_uploads_and_gives_nothing_out(admin_client, client):
    admin_client.post("/admin/jobs/job/queue/pause/")
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload()})
    assert answer.status_code == 201
    assert claims.claim("a worker") == []
    assert "paused" in admin_client.get("/admin/").content.decode()
    admin_client.post("/admin/jobs/job/queue/resume/")
    assert len(claims.claim("a worker")) == 1


def test_a_failed_photo_is_tried_again_once(admin_client):
    job = fail(make.job(vividness=1.5))
    for _ in range(2):
        admin_client.post(f"/admin/jobs/job/queue/retry/{job.pk}/")
    again = Job.objects.get(retried_from=job)
    assert (again.state, again.vividness, again.queue_owner) == ("queued", 1.5, job.queue_owner)


def test_what_failed_for_our_reasons_is_tried_again_together(admin_client):
    ours, theirs = fail(make.job()), fail(make.job("address:2"), "damaged")
    admin_client.post("/admin/jobs/job/queue/retry/")
    assert Job.objects.filter(retried_from=ours).exists()
    assert not Job.objects.filter(retried_from=theirs).exists()


@pytest.mark.parametrize("button", ["pause", "resume", "retry", "check"])
def test_who_may_only_look_cannot_touch(helper, button):
    assert "<button>" not in helper.get("/admin/").content.decode().split('id="console"')[1]
    assert helper.post(f"/admin/jobs/job/queue/{button}/").status_code == 403
    assert helper.get(f"/admin/jobs/job/queue/{button}/").status_code == 405


def test_staff_without_permissions_see_no_figures(client):
    user = User.objects.create_user("new@example.org", "x", is_staff=True)
    client.force_login(user)
    assert 'id="console"' not in client.get("/admin/").content.decode()


def test_a_check_finds_what_is_missing_and_what_belongs_to_nobody(admin_client, client):
    job = client.post("/api/v1/jobs/", {"image": pictures.upload()}).json()["id"]
    photo = Job.objects.get(pk=job).photo
    default_storage.delete(photo.source)
    stray = default_storage.save(f"{folder_of(uuid.UUID(int=1))}/source.jpg", ContentFile(b"x"))
    media.age(folder_of(uuid.UUID(int=1)), timedelta(days=2))
    admin_client.post("/admin/jobs/job/queue/check/")
    consistency.work()
    findings = Check.objects.get().findings
    assert findings["named"] == {"missing": [photo.source], "unknown": [stray]}
    assert (findings["photos"], findings["missing"], findings["unknown"]) == (1, 1, 1)
    assert photo.source in admin_client.get("/admin/").content.decode()


def test_one_check_at_a_time_and_one_that_kills_its_workers_is_given_up(settings):
    first = consistency.request()
    for _ in range(settings.JOB_MAX_ATTEMPTS):
        assert consistency.request() == first
        leases.claim_one(Check.objects.all(), state="running")
        Check.objects.update(lease_until=Now() - timedelta(seconds=1))
        consistency.reap()
    first.refresh_from_db()
    assert first.state == "failed"
    assert consistency.request() != first


def test_the_command_does_the_same_without_a_browser():
    def run(*arguments: str) -> str:
        out = StringIO()
        call_command("queue", *arguments, stdout=out)
        return out.getvalue()

    run("pause")
    assert control.state().paused
    assert "paused" in run("status")
    run("resume")
    fail(make.job())
    assert "1 photos" in run("retry-failed")
    with pytest.raises(CommandError, match="files are missing"):
        run("check")


def listed(client, model, **query):
    """Ids of the rows that a list of the console shows."""
    answer = client.get(f"/admin/jobs/{model}/", query)
    assert answer.status_code == 200
    return [row.pk for row in answer.context["cl"].result_list]


def test_lists_of_the_console_are_in_pages_the_newest_first(admin_client, monkeypatch):
    monkeypatch.setattr(JobAdmin, "list_per_page", 2)
    jobs = [make.job(f"address:{number}").pk for number in range(5)]
    pages = [listed(admin_client, "job", p=page) for page in (1, 2, 3)]
    assert pages == [jobs[:2:-1], jobs[2:0:-1], jobs[:1]]


def test_jobs_and_photos_are_found_by_their_ids(admin_client):
    job, _other = make.job(), make.job("address:2")
    for text in (str(job.pk), f" {job.photo_id} "):
        assert listed(admin_client, "job", q=text) == [job.pk]
    assert listed(admin_client, "photo", q=str(job.photo_id)) == [job.photo_id]
    assert listed(admin_client, "job", q="neither id") == []


def test_photos_are_found_by_their_owners_however_many_match(admin_client, monkeypatch):
    ada, bob = (User.objects.create_user(f"{name}@example.org") for name in ("ada", "bob"))
    hers, his = make.photo(owner=ada, guest=""), make.photo(owner=bob, guest="")
    assert listed(admin_client, "photo", q="ADA@example") == [hers.pk]
    assert listed(admin_client, "photo", q="nobody@example") == []
    assert set(listed(admin_client, "photo", q="@example.org")) == {hers.pk, his.pk}
    monkeypatch.setattr(admin_of_photos, "MAX_OWNERS", 1)
    assert set(listed(admin_client, "photo", q="@example.org")) == {hers.pk, his.pk}


def test_public_photos_are_found_by_words_or_by_their_owners(admin_client):
    ada = User.objects.create_user("ada@example.org")
    shown: dict[str, Any] = {"published_at": timezone.now(), "visibility": "public"}
    horse = make.photo(owner=ada, guest="", title="A white horse", **shown)
    boat = make.photo(alt="Boat (1931)", **shown)
    assert listed(admin_client, "publicphoto", q="HORSE white") == [horse.pk]
    assert listed(admin_client, "publicphoto", q="(1931)") == [boat.pk]
    assert listed(admin_client, "publicphoto", q="ada@") == [horse.pk]
