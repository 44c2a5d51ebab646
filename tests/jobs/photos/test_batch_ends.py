"""A batch is canceled or deleted as a whole; its members say where they belong."""

import pytest
from django.core.files.storage import default_storage

from colorweb import leases
from colorweb.testing import pictures
from jobs.models import Batch, Job, Photo, State
from jobs.photos import batch_ends, batches, intake, unpacking
from jobs.queue import states
from tests.jobs.albums import ALBUM, archive, names, photo, post, unpack_one

pytestmark = pytest.mark.django_db(transaction=True)


def test_members_carry_batch_index_and_path_and_so_do_errors(script):
    files = {"1931/a.jpg": pictures.encoded(), "notes.txt": b"dear diary", "b.jpg": b"\xff\xd8"}
    body = post(script, archive=archive(files), reference="box 12").json()
    unpacking.unpack()
    [job] = script.get(body["urls"]["jobs"]).json()["results"]
    assert (job["batch"], job["index"], job["path"]) == (body["id"], 0, "1931/a.jpg")
    assert job["reference"] == "box 12"
    errors = script.get(body["urls"]["self"]).json()["errors"]
    assert [(one["index"], one["name"]) for one in errors] == [(1, "notes.txt"), (2, "b.jpg")]


def test_others_see_no_batch_of_a_published_photo(script, client):
    post(script, image=[photo("a.jpg")], visibility="public")
    states.change(Job.objects.get().pk, State.RUNNING)
    states.change(Job.objects.get().pk, State.SUCCEEDED)
    [shown] = client.get("/api/v1/gallery/").json()["results"]
    names_of_others = ("batch", "index", "path", "retried_from")
    assert [shown[name] for name in names_of_others] == [None] * 4


def test_a_canceled_batch_keeps_what_is_colored_and_takes_nothing_more(script):
    body = post(script, archive=archive(ALBUM)).json()
    assert unpack_one()
    assert unpack_one()
    done, waiting = Job.objects.order_by("batch_index")
    states.change(done.pk, State.RUNNING)
    states.change(done.pk, State.SUCCEEDED)
    answer = script.post(body["urls"]["cancel"])
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    counts = {"queued": 0, "running": 0, "succeeded": 1, "failed": 0, "canceled": 1}
    assert answer.json()["jobs"] == counts
    assert not unpack_one()
    assert default_storage.listdir(batches.FOLDER)[1] == []
    again = script.post(body["urls"]["cancel"])
    assert (again.status_code, again.json()["code"]) == (409, "batch_ended")
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELED


def test_a_worker_that_unpacks_a_canceled_batch_makes_nothing_of_it(script, monkeypatch):
    post(script, archive=archive(ALBUM))
    accept = intake.accept

    def canceled_meanwhile(*args):
        batch_ends.cancel(Batch.objects.get())
        return accept(*args)

    monkeypatch.setattr(intake, "accept", canceled_meanwhile)
    assert unpack_one()
    assert not Photo.objects.exists()
    assert Batch.objects.get().state == Batch.State.CANCELED


def test_parts_of_a_canceled_batch_sent_again_are_not_taken(script):
    first = post(script, "k", image=[photo("a.jpg"), photo("b.jpg", 1)]).json()
    Batch.objects.update(unpacked=1)  # as if the second had been cut off
    batch_ends.cancel(Batch.objects.get())
    again = post(script, "k", image=[photo("a.jpg"), photo("b.jpg", 1)])
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert Job.objects.count() == 2


def test_a_deleted_batch_puts_its_photos_into_the_trash(script):
    other = script.post("/api/v1/jobs/", {"image": photo("other.jpg", 2)}).json()
    body = post(script, image=[photo("a.jpg"), photo("b.jpg", 1)]).json()
    assert script.delete(body["urls"]["self"]).status_code == 204
    assert script.get(body["urls"]["self"]).status_code == 404
    assert set(Photo.objects.filter(trashed_at=None).values_list("name", flat=True)) == {
        "other.jpg"
    }
    assert names() == ["a.jpg", "b.jpg", "other.jpg"]
    left = Job.objects.exclude(state=State.CANCELED)
    assert [str(job.pk) for job in left] == [other["id"]]


def test_a_batch_deleted_for_good_leaves_no_file(script):
    body = post(script, image=[photo("a.jpg"), photo("b.jpg", 1)]).json()
    script.delete(f"/api/v1/photos/{Photo.objects.get(name='a.jpg').pk}/")
    assert script.delete(f"{body['urls']['self']}?for_good=true").status_code == 204
    assert not Photo.objects.exists()
    shards, _ = default_storage.listdir("photos")
    assert not [name for shard in shards for name in default_storage.listdir(f"photos/{shard}")[0]]


def test_a_claimed_batch_that_is_canceled_loses_its_worker(script):
    post(script, archive=archive(ALBUM))
    held = leases.claim_one(Batch.objects.all())
    assert held
    batch_ends.cancel(Batch.objects.get())
    with pytest.raises(leases.LeaseLost):
        leases.release(held, state=Batch.State.UNPACKED)
