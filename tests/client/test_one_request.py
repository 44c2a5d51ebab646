"""What the answer says to one request that asks for a photo's colors."""

from pathlib import Path

import httpx
import pytest

from jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def post(site, photo: Path, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{site.url}/api/v1/jobs/",
        files={"image": (photo.name, photo.read_bytes())},
        headers={"Accept": "image/*"} | headers,
        timeout=60,
    )


def test_the_picture_comes_with_its_job_and_the_guests_token(site, worker, photo):
    answer = post(site, photo)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    job = answer.headers["X-Job-Id"]
    assert answer.headers["Location"] == f"{site.url}/api/v1/jobs/{job}/"
    token = {"Authorization": f"Bearer {answer.headers['X-Guest-Token']}"}
    found = httpx.get(answer.headers["Location"], headers=token).json()
    assert (found["id"], found["status"]) == (job, "succeeded")
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_accept_names_is_the_format(site, worker, photo):
    answer = post(site, photo, Accept="image/webp")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert Job.objects.get().format == "webp"


def test_a_format_that_accept_does_not_take_is_406(site, photo):
    answer = httpx.post(
        f"{site.url}/api/v1/jobs/",
        files={"image": photo.read_bytes()},
        data={"format": "png"},
        headers={"Accept": "image/webp"},
    )
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert not Job.objects.exists()


def test_after_the_wait_it_is_202_and_the_job(site, photo):
    answer = post(site, photo, Prefer="wait=1")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.headers["Location"] == answer.json()["urls"]["self"]


def test_a_job_that_fails_is_422_with_its_code(site, worker, photo):
    worker.broken = {"old.jpg"}
    answer = post(site, photo)
    assert (answer.status_code, answer.json()["code"]) == (422, "damaged")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Job-Id"] == str(Job.objects.get().pk)


def test_what_is_no_photo_is_400_in_words(site, photo):
    photo.write_bytes(b"dear diary")
    answer = post(site, photo)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_a_photo")


def test_who_takes_anything_gets_the_job(site, worker, photo):
    answer = post(site, photo, Accept="*/*")
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")
