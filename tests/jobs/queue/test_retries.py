"""A job made from a job: retried with the same options, recolored with others."""

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from colorweb.accounts.visitors import Visitor
from colorweb.testing import pictures
from jobs.models import Batch, Job, Photo, State
from jobs.models.job import COPIED
from jobs.photos import intake, versions
from jobs.queue import retries
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)

OF_THE_ATTEMPT = {
    *("id", "retried_from", "state", "stage", "sequence", "cancel_requested", "turn"),
    *("attempt", "crash_count", "worker", "lease_until", "created_at", "started_at", "finished_at"),
    *("model_name", "model_version", "result", "timings", "error_code"),
    *("error_params", "error_message", "visitor_key"),
}
VISITOR = Visitor(user=None, guest=make.GUEST, address="1")
OPTIONS: dict[str, Any] = {
    "priority": 3,
    "frame": "384x256",
    "model": "resnet-gray-unet",
    "vividness": 1.5,
    "tones": 0.5,
    "network_size": 384,
    "hints": [{"x": 0.5, "y": 0.5, "a": 10.0, "b": 20.0, "radius": 3.0}],
    "geometry": {"turn": 90, "corners": None},
    "format": "tiff",
    "depth": 16,
    "webhook_url": "https://example.org/hook",
    "reference": "box 12",
    "metadata": {"collection": "harbor"},
}


@pytest.fixture
def failed() -> Job:
    """A failed job of a batch; no option is the default."""
    batch = Batch.objects.create(queue_owner="address:unknown", guest=make.GUEST, entries=1)
    new = make.job("address:unknown", batch=batch, batch_index=7, **OPTIONS)
    Job.objects.filter(pk=new.pk).update(
        state=State.FAILED, error_code="internal_error", error_message="Broken.", attempt=3
    )
    return Job.objects.get(pk=new.pk)


def copied(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in COPIED}


def test_every_field_is_either_copied_or_of_the_attempt():
    fields = {field.name for field in Job._meta.concrete_fields}
    assert fields == set(COPIED) | OF_THE_ATTEMPT
    assert not set(COPIED) & OF_THE_ATTEMPT


def test_no_option_of_the_failed_job_is_the_default(failed):
    defaults = Job()
    assert all(getattr(failed, name) != getattr(defaults, name, None) for name in OPTIONS)
    assert set(COPIED) == {"photo", "batch", "batch_index", "queue_owner", *OPTIONS}


def test_an_owners_retry_has_every_option_and_nothing_of_the_attempt(failed):
    new = Job.objects.get(pk=intake.retry(failed, VISITOR).pk)
    assert copied(new) == copied(failed)
    assert (new.retried_from, new.state, new.attempt) == (failed, "queued", 0)
    assert (new.error_code, new.error_message) == ("", "")


def test_a_retry_by_staff_has_every_option_the_webhook_too(failed):
    assert retries.retry(failed)
    new = Job.objects.get(retried_from=failed)
    assert copied(new) == copied(failed)
    assert (new.state, new.attempt) == ("queued", 0)
    assert not retries.retry(failed), "once only"


def test_recoloring_has_every_other_option_and_leaves_the_batch(failed):
    Photo.objects.filter(pk=failed.photo_id).update(vividness=2.0)
    photo = Photo.objects.get(pk=failed.photo_id)
    recipe = replace(versions.recipe_of(failed), model="", network_size=None)
    new, is_new = versions.make(photo, VISITOR, recipe)
    assert is_new
    assert new.frame != failed.frame
    changed = {"model": "", "vividness": 2.0, "tones": 0.0, "network_size": None, "batch": None}
    assert copied(new) == copied(failed) | changed | {"frame": new.frame, "batch_index": None}
    assert new.retried_from is None


def test_a_batch_counts_a_retried_photo_once(script):
    images = [pictures.upload("a.jpg"), pictures.upload("b.jpg", pictures.encoded(seed=1))]
    batch = script.post("/api/v1/batches/", {"image": images}).json()
    job = Job.objects.first()
    assert job is not None
    Job.objects.filter(pk=job.pk).update(state=State.FAILED)
    assert script.get(batch["urls"]["self"]).json()["jobs"]["failed"] == 1
    again = script.post(f"/api/v1/jobs/{job.pk}/retry/").json()
    counted = script.get(batch["urls"]["self"]).json()["jobs"]
    assert (counted["failed"], counted["queued"]) == (0, 2)
    listed = [one["id"] for one in script.get(batch["urls"]["jobs"]).json()["results"]]
    assert again["id"] in listed
    assert str(job.pk) not in listed
    assert len(listed) == 2


def test_retries_of_earlier_versions_come_back_to_their_batch(failed):
    first = make.job("address:unknown", photo=failed.photo, retried_from=failed)
    second = make.job("address:unknown", photo=failed.photo, retried_from=first)
    import_module("jobs.migrations.0020_batches_of_retries").join_batches(apps, None)
    for job in (first, second):
        job.refresh_from_db()
        assert job.batch == failed.batch
