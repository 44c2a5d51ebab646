"""`jobs/{id}/result/`: the file as it was made, or in another format, size or vividness."""

import pytest
from django.test import Client

from colorweb.errors import DomainError
from colorweb.testing import pictures
from jobs.models import Job, Rendition, State
from jobs.photos import visibility
from jobs.queue import claims, states
from jobs.results import renditions
from jobs.storage import files

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job(client) -> Job:
    """A photo of 320 x 240 that this client has had colored."""
    client.post("/api/v1/jobs/", {"image": pictures.upload()})
    [job] = claims.claim("test")
    with files.new_file(job.file("result")) as file:
        file.write(b"colors")
    states.change(job.pk, State.SUCCEEDED, fence=1, result=job.file("result"))
    job.refresh_from_db()
    return job


def request_result(client: Client, job: Job, **options):
    return client.get(f"/api/v1/jobs/{job.pk}/result/", options)


def make(content: bytes = b"another") -> None:
    """A worker has been here."""
    rendition = renditions.claim()
    assert rendition
    with files.new_file(rendition.name(rendition.attempt)) as file:
        file.write(content)
    assert renditions.finish(rendition, len(content))


def test_without_options_it_leads_to_the_result(client, job):
    answer = request_result(client, job)
    assert answer.status_code == 302
    assert answer["Location"] == f"http://testserver/files/{job.pk}/result"


def test_another_file_is_made_and_then_led_to(client, job):
    options = {"format": "png", "long_side": "200", "vividness": "1.4"}
    waits = request_result(client, job, **options)
    assert (waits.status_code, waits["Retry-After"]) == (202, "1")
    assert waits.json() == {"status": "queued", "progress": 0.0}
    make()
    there = request_result(client, job, **options)
    assert there.status_code == 302
    file = client.get(there["Location"])
    assert (file["Content-Type"], file["Content-Length"]) == ("image/png", "7")
    part = client.get(there["Location"], headers={"Range": "bytes=2-4"})
    assert (part.status_code, part["Content-Range"]) == (206, "bytes 2-4/7")
    known = client.get(there["Location"], headers={"If-None-Match": file["ETag"]})
    assert known.status_code == 304
    assert Rendition.objects.count() == 1


@pytest.mark.parametrize(
    "options",
    [
        {"format": "gif"},
        {"long_side": "0"},
        {"long_side": "9" * 9},
        {"vividness": "3"},
        {"vividness": "nan"},
    ],
)
def test_senseless_options_are_refused(client, job, options):
    answer = request_result(client, job, **options)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == next(iter(options))


def test_there_is_none_before_there_are_colors(client):
    job = client.post("/api/v1/jobs/", {"image": pictures.upload()}).json()
    answer = client.get(f"/api/v1/jobs/{job['id']}/result/", {"format": "png"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_result")


def test_what_cannot_be_made_is_said(client, job):
    request_result(client, job, format="png")
    claimed = renditions.claim()
    assert claimed
    renditions.fail(claimed, DomainError("too_large_for_format", format="WEBP", limit=16383))
    answer = request_result(client, job, format="png")
    assert (answer.status_code, answer.json()["code"]) == (409, "rendition_failed")
    assert answer.json()["detail"] == (
        "A WEBP file holds at most 16383 pixels a side. Choose JPEG or PNG."
    )


def test_strangers_have_of_a_published_photo_what_its_page_shows(client, job):
    assert request_result(Client(), job, format="png").status_code == 404
    visibility.publish(job)
    assert request_result(Client(), job, format="png").status_code == 202
    for options in ({"vividness": "1.234"}, {"keep_metadata": "true"}):
        answer = request_result(Client(), job, **options)
        assert (answer.status_code, answer.json()["code"]) == (403, "owners_only")
