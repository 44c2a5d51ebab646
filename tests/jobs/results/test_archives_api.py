"""Zips by the API: chosen by photos, jobs, batches or albums."""

from typing import Any

import pytest
from django.test import Client

from jobs.models import Album, AlbumPhoto, Archive, Batch, Job
from jobs.results import archives
from tests.jobs.archives import content, photo
from tests.jobs.document import conforms

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_api_asks_for_a_zip_and_follows_it(browser, ada, document):
    chosen = [str(photo(ada).pk), str(photo(ada, content=None).pk), str(photo(None).pk)]

    def post(photos: list[str]):
        return browser.post("/api/v1/archives/", {"photos": photos}, "application/json")

    answer = post(chosen)
    body = answer.json()
    conforms(body, "Archive", document)
    assert (answer.status_code, answer["Location"]) == (202, body["urls"]["self"])
    assert (body["status"], body["total"], body["urls"]["file"]) == ("queued", 1, None)
    archives.make_all()
    body = browser.get(body["urls"]["self"]).json()
    conforms(body, "Archive", document)
    assert (body["status"], body["done"], body["bytes"] > 0) == ("ready", 1, True)
    assert browser.head(body["urls"]["file"]).status_code == 200
    assert Client().get(body["urls"]["self"]).status_code == 404
    refused = post(chosen[1:])
    assert (refused.status_code, refused.json()["code"]) == (409, "no_result")
    assert post([]).json()["code"] == "empty"


def test_the_api_chooses_by_jobs_batches_and_albums_and_keeps_folders(browser, ada):
    by_id, by_job, by_batch = (photo(ada, f"1931/{name}.png") for name in "abc")
    in_album, of_another = photo(ada, "d.png"), photo(None, "e.png")
    batch = Batch.objects.create(owner=ada)
    Job.objects.filter(photo=by_batch).update(batch=batch)
    album = Album.objects.create(owner=ada, title="Harvest")
    for position, one in enumerate((in_album, by_id, of_another)):
        AlbumPhoto.objects.create(album=album, photo=one, position=position)
    chosen = {
        "photos": [str(by_id.pk)],
        "jobs": [str(by_job.version_id)],
        "batches": [str(batch.pk)],
        "albums": [str(album.pk)],
        "reference": "box 12",
    }

    def post(**changes: Any):
        headers = {"Idempotency-Key": "k"}
        body = chosen | changes
        return browser.post("/api/v1/archives/", body, "application/json", headers=headers)

    first, again, other = post(), post(), post(reference="box 13")
    assert [answer.status_code for answer in (first, again, other)] == [202, 200, 409]
    assert first.json()["id"] == again.json()["id"]
    archives.make_all()
    found = {f"1931/{name}-color.jpg" for name in "abc"} | {"d-color.jpg"}
    assert set(content(Archive.objects.get())) == found
    nothing = browser.post("/api/v1/archives/", {}, "application/json")
    assert (nothing.status_code, nothing.json()["code"]) == (400, "required")
