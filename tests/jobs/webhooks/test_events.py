"""Batches and zips are reported too, and by choice a job's start and stages."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from colorweb.accounts.models import User
from jobs.events import outbox
from jobs.models import USUAL, Batch, Event, Job, State, WebhookDelivery
from jobs.photos import batch_ends, unpacking
from jobs.queue import claims, states
from jobs.results import archives
from jobs.webhooks import sending
from ml.models import TrainingRun
from ml.training import finalize
from tests.jobs import make
from tests.jobs.albums import ALBUM, archive, photo, post
from tests.jobs.document import conforms
from tests.jobs.webhooks.make import add, due_now, end

pytestmark = pytest.mark.django_db(transaction=True)


def received(receiver) -> list[tuple[str, dict]]:
    """Sends what is due: type and data of all messages so far."""
    sending.send_due()
    messages = [json.loads(request.body) for request in receiver.received]
    return [(message["type"], message["data"]) for message in messages]


def test_a_batch_is_reported_once_when_nothing_of_it_waits_any_more(receiver, script, document):
    add(script, receiver.url, events=["batch.finished"])
    body = post(script, image=[photo("a.jpg"), photo("b.jpg", 1)], reference="box 12").json()
    first, last = Job.objects.order_by("batch_index")
    states.change(first.pk, State.CANCELED)
    assert batch_ends.finish() == 0
    states.change(last.pk, State.CANCELED)
    assert batch_ends.finish() == 1
    [(event, data)] = received(receiver)
    conforms(data, "Batch", document)
    assert (event, data["id"], data["reference"]) == ("batch.finished", body["id"], "box 12")
    assert (data["jobs"]["canceled"], data["finished_at"] is not None) == (2, True)
    retried = script.post(f"/api/v1/jobs/{last.pk}/retry/").json()
    states.change(retried["id"], State.CANCELED)
    assert batch_ends.finish() == 0


def test_a_batch_that_is_being_unpacked_has_not_finished(receiver, script):
    add(script, receiver.url)
    post(script, archive=archive({"notes.txt": b"dear diary"}))
    assert batch_ends.finish() == 0
    unpacking.unpack()
    assert batch_ends.finish() == 1
    [(event, data)] = received(receiver)
    assert (event, data["refused"]) == ("batch.finished", 1)


def test_a_batch_whose_zip_is_lost_finishes_with_the_rest_refused(script, settings):
    post(script, archive=archive(ALBUM))
    (settings.MEDIA_ROOT / Batch.objects.get().archive).unlink()
    unpacking.unpack()
    assert batch_ends.finish() == 1
    assert (Batch.objects.get().refused, Job.objects.count()) == (3, 0)


def test_a_zip_is_reported_when_it_can_be_fetched(receiver, script, ada, document):
    endpoint = add(script, receiver.url)
    version = make.photo_of(ada).version
    assert version
    name = default_storage.save(version.file("result"), ContentFile(b"in color"))
    Job.objects.filter(pk=version.pk).update(result=name)
    made = archives.request(ada.photos.all(), make.sender(Job.objects.get()), reference="box 12")
    assert made
    WebhookDelivery.objects.all().delete()  # of the photo
    archives.make_all()
    [(event, data)] = received(receiver)
    conforms(data, "Archive", document)
    assert (event, data["id"], data["status"]) == ("archive.ready", str(made.pk), "ready")
    [logged] = script.get(f"/api/v1/webhooks/{endpoint['id']}/deliveries/").json()["results"]
    conforms(logged, "Delivery", document)
    assert (logged["archive"], logged["job"]) == (str(made.pk), None)
    resend = f"/api/v1/deliveries/{logged['id']}/resend/"
    assert (Client().post(resend).status_code, script.post(resend).status_code) == (404, 202)


def test_start_and_stages_come_by_choice_only(receiver, script, ada):
    usual = add(script, receiver.url)
    assert usual["events"] == sorted(USUAL)
    assert not {"job.started", "job.progressed"} & set(usual["events"])
    add(script, receiver.url, events=["job.started", "job.progressed"])
    job = make.job(photo=make.photo(owner=ada, guest=""), owner=f"user:{ada.pk}")
    claims.claim("test")
    states.advance(job.pk, "colorizing", fence=1)
    types = [event for event, _ in received(receiver)]
    assert sorted(types) == ["job.progressed", "job.progressed", "job.started"]


def test_progress_that_does_not_arrive_is_not_sent_again(receiver, script, ada):
    add(script, receiver.url, events=["job.progressed"])
    receiver.answer = lambda handler: handler.respond(500)
    job = make.job(photo=make.photo(owner=ada, guest=""), owner=f"user:{ada.pk}")
    claims.claim("test")
    states.advance(job.pk, "colorizing", fence=1)
    sending.send_due()
    due_now()
    assert sending.send_due() == 0
    assert list(WebhookDelivery.objects.values_list("state", flat=True)) == ["failed"] * 2


def test_deleted_things_take_their_messages_along(script, ada):
    add(script, "https://example.org/hook")
    batch = Batch.objects.create(owner=ada)
    batch_ends.finish()
    assert WebhookDelivery.objects.get().event == Event.BATCH_FINISHED
    batch.delete()
    assert not WebhookDelivery.objects.exists()


def test_every_message_is_in_the_document(document):
    described = document["webhooks"]
    assert set(described) == {*Event.values, "webhook.test"}
    body = described["batch.finished"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/BatchMessage"}
    data = document["components"]["schemas"]["BatchMessage"]["properties"]["data"]
    assert data["$ref"] == "#/components/schemas/Batch"


def test_the_end_of_a_job_is_as_documented(receiver, script, ada, document):
    add(script, receiver.url)
    end(ada)
    sending.send_due()
    conforms(json.loads(receiver.received[0].body), "JobMessage", document)


def test_who_started_a_training_hears_of_its_end_by_choice(receiver, script, ada, document):
    started = {"preset": "quick", "state": "running", "created_by": ada}
    run = TrainingRun.objects.create(name="Streets", **started)
    assert "run.ended" not in add(script, receiver.url)["events"]
    endpoint = add(script, receiver.url, events=["run.ended"])
    outbox.record_run(run)
    assert not WebhookDelivery.objects.exists(), "one who may not look at trainings"
    ada.user_permissions.add(Permission.objects.get(codename="view_trainingrun"))
    run.created_by = User.objects.get(pk=ada.pk)
    finalize.fail(run, finalize.NO_MEMORY)
    [(event, data)] = received(receiver)
    conforms(data, "TrainingRun", document)
    assert (event, data["id"], data["state"]) == ("run.ended", str(run.pk), "failed")
    [logged] = script.get(f"/api/v1/webhooks/{endpoint['id']}/deliveries/").json()["results"]
    assert (logged["run"], logged["job"]) == (str(run.pk), None)
