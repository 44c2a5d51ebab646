"""Several prints on one scan are offered as photos of their own."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from colorweb.testing import pictures
from jobs.models import Job, State
from jobs.queue import claims, states

pytestmark = pytest.mark.django_db(transaction=True)


def album_page() -> bytes:
    """Two prints beside each other on white."""
    gray = np.full((480, 640), 245, np.uint8)
    gray[60:400, 40:290] = np.linspace(40, 180, 250).astype(np.uint8)
    gray[80:420, 350:600] = np.linspace(180, 40, 250).astype(np.uint8)
    buffer = BytesIO()
    Image.fromarray(gray).save(buffer, "PNG")
    return buffer.getvalue()


def colored(client, name: str, content: bytes) -> Job:
    """The finished first job of what a visitor has sent."""
    client.post("/", {"image": pictures.upload(name, content)})
    job = Job.objects.get()
    claims.claim("test")
    states.change(job.pk, State.SUCCEEDED, fence=1, result=job.photo.source)
    return Job.objects.get()


def test_two_prints_become_two_photos_and_the_scan_stays(client):
    scan = colored(client, "page.png", album_page())
    assert "2 prints lie on this scan." in client.get(f"/jobs/{scan.pk}/").content.decode()
    answer = client.post(f"/jobs/{scan.pk}/split/")
    first, second = Job.objects.exclude(pk=scan.pk).order_by("created_at")
    assert answer["Location"] == f"/jobs/{first.pk}/"
    assert [job.photo.name for job in (first, second)] == ["page-1.png", "page-2.png"]
    assert {job.photo.sha256 for job in (first, second)} == {scan.photo.sha256}
    (left, top), *_others = first.geometry["corners"]
    assert (left, top) == pytest.approx((40 / 640, 60 / 480), abs=0.01)
    assert first.shown_size == pytest.approx((250, 340), abs=6)
    assert second.geometry["corners"][0][0] == pytest.approx(350 / 640, abs=0.01)


def test_nothing_is_offered_on_a_photo(client):
    job = colored(client, "a.jpg", pictures.jpeg())
    assert "/split/" not in client.get(f"/jobs/{job.pk}/").content.decode()
    assert client.post(f"/jobs/{job.pk}/split/")["Location"] == f"/jobs/{job.pk}/"
    assert Job.objects.get() == job
