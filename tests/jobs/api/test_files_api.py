"""What the API says of a file, and the formats, depths and pages that can be asked for."""

from io import BytesIO

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from colorweb.accounts.visitors import Visitor
from colorweb.testing import pictures
from jobs.models import Job, Photo
from jobs.photos import visibility
from jobs.serializers.jobs import job_for
from ml.imaging import photos
from tests.jobs.results.finished import colored, made

pytestmark = pytest.mark.django_db(transaction=True)

WIDE = pictures.scene().astype(np.uint16) * 257


def send(script: Client, content: bytes, name: str = "old.jpg", **fields) -> dict:
    answer = script.post("/api/v1/jobs/", {"image": pictures.upload(name, content), **fields})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def pages(count: int = 2) -> bytes:
    first, *others = (Image.fromarray(pictures.scene(seed=seed)) for seed in range(count))
    return pictures.saved(first, "TIFF", save_all=True, append_images=others)


def test_what_was_noticed_is_told_in_the_readers_language(script):
    job = send(script, pictures.encoded()[:-2])
    [note] = job["photo"]["notes"]
    assert note == {
        "code": "end_missing",
        "detail": photos.NOTES["end_missing"],
    }
    russian = script.get(job["urls"]["photo"], headers={"Accept-Language": "ru"}).json()
    assert russian["notes"][0]["detail"].startswith("Конец файла отсутствует")
    page = script.get(job["urls"]["page"]).content.decode()
    assert note["detail"] in page


def test_notes_are_the_owners_alone(script):
    job = send(script, pictures.encoded()[:-2])
    done = colored(Job.objects.get(pk=job["id"]))
    visibility.publish(done)
    stranger = Visitor(user=None, guest="b" * 32, address="192.0.2.7")
    seen = job_for(stranger, done, "color.example")["photo"]
    assert (seen["name"], seen["notes"]) == ("", [])


def test_a_photo_sent_before_notes_were_kept_has_none(script):
    job = send(script, pictures.encoded())
    Photo.objects.update(notes=None)
    assert script.get(job["urls"]["self"]).json()["photo"]["notes"] == []


def test_a_page_can_be_asked_for(script):
    photo = send(script, pages(), page="2")["photo"]
    assert (photo["page"], photo["pages"]) == (2, 2)
    assert photo["notes"] == [{"code": "pages", "detail": "The file has 2 pages; this is page 2."}]


def test_a_page_that_is_not_there_is_refused(script):
    upload = pictures.upload(content=pages())
    answer = script.post("/api/v1/jobs/", {"image": upload, "page": "3"})
    assert (answer.status_code, answer.json()["code"]) == (400, "no_such_page")


@pytest.mark.parametrize(("kind", "depth"), [("tiff", 8), ("avif", 8), ("tiff", 16), ("png", 16)])
def test_every_format_and_depth_can_be_asked_for(script, kind: str, depth: int):
    wide = pictures.saved(Image.fromarray(WIDE), "TIFF", dpi=(600, 600))
    sent = send(script, wide, format=kind, depth=str(depth))
    assert (sent["options"]["format"], sent["options"]["depth"]) == (kind, depth)
    assert sent["photo"]["depth"] == 16


def test_sixteen_bits_without_a_format_are_a_png(script):
    options = send(script, pictures.encoded(), depth="16")["options"]
    assert (options["format"], options["depth"]) == ("png", 16)


@pytest.mark.parametrize("kind", ["jpeg", "webp", "avif"])
def test_sixteen_bits_in_a_format_of_eight_are_refused(script, kind: str):
    fields = {"image": pictures.upload(), "format": kind, "depth": "16"}
    answer = script.post("/api/v1/jobs/", fields)
    assert (answer.status_code, answer.json()["code"]) == (400, "depth_unsupported")
    job = colored(Job.objects.get(pk=send(script, pictures.encoded())["id"]))
    answer = script.get(f"/api/v1/jobs/{job.pk}/result/?format={kind}&depth=16")
    assert (answer.status_code, answer.json()["code"]) == (400, "depth_unsupported")


def test_sixteen_bits_are_given_back_with_the_resolution(script):
    wide = pictures.saved(Image.fromarray(WIDE), "TIFF", dpi=(600, 600))
    job = colored(Job.objects.get(pk=send(script, wide)["id"]))
    answer = script.get(f"/api/v1/jobs/{job.pk}/result/?format=tiff&depth=16&long_side=160")
    assert answer.status_code == 202
    rendition = job.renditions.get()
    image = made(rendition)
    assert image.size == (160, 120)
    with default_storage.open(rendition.file) as file:
        photo = photos.read(BytesIO(file.read()), deep=True)
    assert photo.rgb.dtype == np.uint16
    assert photo.dpi == pytest.approx((300, 300), abs=0.1)
