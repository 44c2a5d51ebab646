"""What holds for files made from a result: whole, as they were requested, without the network."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from colorweb.errors import DomainError
from colorweb.testing import pictures
from jobs.models import Job, Look, Photo, Rendition
from jobs.photos import visibility
from jobs.queue import limits, wakeups
from jobs.results import renditions
from ml.imaging.chroma import Chroma, render
from tests.jobs import make
from tests.jobs.results.finished import BALANCED, NATURAL, colored, files_of, gray, made

pytestmark = pytest.mark.django_db(transaction=True)


def test_asking_twice_makes_one_file_and_wakes_one_worker(job):
    first = renditions.request(job, make.sender(job), format="png", look=Look(1.3))
    assert renditions.request(job, make.sender(job), format="png", look=Look(1.3)) == first
    assert (Rendition.objects.count(), wakeups.waiting()) == (1, 1)


def test_what_the_result_holds_already_is_not_made_again(job):
    found = renditions.request(job, make.sender(job), format="jpeg", look=Look(1.0), long_side=5000)
    assert (found.state, found.file) == ("ready", job.result)
    assert wakeups.waiting() == 0


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "avif"])
def test_every_format_is_what_it_says(job, kind):
    picture = made(renditions.request(job, make.sender(job), format=kind, long_side=200))
    assert (picture.format, picture.size) == (kind.upper(), (200, 150))


def test_vividness_is_that_of_the_colors_kept_with_the_result(job):
    picture = made(renditions.request(job, make.sender(job), format="png", look=Look(1.3)))
    expected = render(gray(), Chroma(NATURAL, BALANCED), 1.3)
    assert np.abs(np.asarray(picture).astype(int) - expected).max() <= 1


@pytest.mark.parametrize(
    "spec", [{"format": "gif"}, {"look": Look(2.5)}, {"look": Look(1, 1.5)}, {"long_side": 3}]
)
def test_a_specification_that_cannot_be_met_is_refused(job, spec):
    with pytest.raises(ValueError, match=r"among|from 0|at least"):
        renditions.request(job, make.sender(job), **spec)


def test_a_photo_without_a_result_has_no_renditions():
    job = make.job()
    with pytest.raises(ValueError, match="finished"):
        renditions.request(job, make.sender(job))


def test_one_who_asks_for_many_lets_others_go_first(job, client):
    for side in (20, 30, 40):
        renditions.request(job, make.sender(job), format="png", long_side=side)
    client.post("/api/v1/jobs/", {"image": pictures.upload()}, REMOTE_ADDR="10.0.0.9")
    other = colored(Job.objects.latest("created_at"))
    theirs = renditions.request(other, make.sender(other), format="png")
    first = renditions.claim()
    assert first is not None
    assert first.long_side == 20
    assert renditions.claim() == theirs


def test_there_is_an_end_to_what_one_may_ask_for(job, settings):
    settings.RENDITIONS_WAITING = 2
    for side in (20, 30):
        renditions.request(job, make.sender(job), format="png", long_side=side)
    with pytest.raises(DomainError):
        renditions.request(job, make.sender(job), format="png", long_side=40)


def test_renditions_nobody_asks_for_go_and_the_result_stays(job, settings):
    before = stored(job)
    as_result = renditions.request(job, make.sender(job))
    made(renditions.request(job, make.sender(job), format="png"))
    assert stored(job) - before == Rendition.objects.get(format="png").bytes
    assert renditions.sweep() == 0
    Rendition.objects.update(
        wanted_at=timezone.now() - settings.RENDITION_KEEP - timedelta(hours=1)
    )
    assert renditions.sweep() == 2
    assert stored(job) == before
    assert default_storage.exists(as_result.file)
    assert not [name for name in files_of(job) if name.endswith("-1.png")]


def test_a_file_is_awaited_and_then_served(job, client):
    address = f"/jobs/{job.pk}/download/?format=webp&vividness=1.25&long_side=100"
    answer = client.get(address, headers={"accept": "application/json"})
    assert (answer.status_code, answer["Retry-After"]) == (202, "1")
    page = client.get(address)
    assert (page.status_code, page["Retry-After"]) == (202, "1")
    assert b'http-equiv="refresh"' in page.content
    made(Rendition.objects.get())
    body = client.get(address, headers={"accept": "application/json"}).json()
    assert body["state"] == "ready"
    answer = client.get(address, follow=True)
    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Disposition"] == 'attachment; filename="old-color.webp"'


def test_strangers_have_no_endless_files_made_and_no_metadata(job, client):
    client.post(f"/jobs/{job.pk}/publish/")
    address = f"/jobs/{job.pk}/download/?format=jpeg"
    stranger = Client()
    found = [
        stranger.get(f"{address}{query}").status_code
        for query in ("", "&vividness=2", "&vividness=1.21", "&keep_metadata=on")
    ]
    assert found == [302, 202, 403, 403]
    kept = (
        made(renditions.request(job, make.sender(job), look=Look(2))),
        renditions.request(job, make.sender(job), keep_metadata=True),
    )
    made(kept[1])
    file = f"/files/{job.pk}/renditions/{kept[1].pk}"
    assert [who.get(file).status_code for who in (client, stranger)] == [200, 404]


def test_a_format_that_is_read_and_not_written_is_named(client):
    def page(kind: str) -> str:
        return client.get(f"/photos/{make.published(format=kind).photo_id}/").content.decode()

    assert "You sent the photo as HEIC, which we can read but not write." in page("heic")
    assert "we can read but not write" not in page("jpeg")


def test_a_private_photo_gives_strangers_nothing(job):
    assert Client().get(f"/jobs/{job.pk}/download/?format=png").status_code == 404
    assert not Rendition.objects.exists()


def stored(job: Job) -> int:
    """Bytes that count as the photo's."""
    return Photo.objects.get(pk=job.photo_id).stored_bytes


def test_what_others_ask_for_is_counted_to_them(job, settings):
    """Not to the owner's storage, nor to the files that may wait for the owner."""
    owner, other = make.sender(job), make.guest(7)
    before = limits.storage(owner)
    settings.RENDITIONS_WAITING = 1
    theirs = renditions.request(job, other, format="png")
    with pytest.raises(DomainError) as refused:
        renditions.request(job, other, format="webp")
    assert refused.value.code == "too_many_waiting"
    made(theirs)
    theirs.refresh_from_db()
    assert theirs.bytes > 0
    assert limits.storage(other).used == theirs.bytes
    assert limits.storage(owner) == before
    own = renditions.request(job, owner, format="webp")
    made(own)
    own.refresh_from_db()
    assert limits.storage(owner).used == before.used + own.bytes
    Rendition.objects.update(wanted_at=timezone.now() - timedelta(days=8))
    assert renditions.sweep() == 2
    assert (limits.storage(other).used, limits.storage(owner)) == (0, before)


def test_who_has_no_storage_left_has_no_files_made_of_others_photos(job, settings):
    settings.STORED_BYTES = {"guest": 0, "account": 0}
    with pytest.raises(DomainError) as refused:
        renditions.request(job, make.guest(7), format="png")
    assert refused.value.code == "storage_full"
    assert not Rendition.objects.exists()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("format=png", 202),
        ("format=avif", 403),
        ("long_side=1024", 202),
        ("long_side=1023", 403),
        ("vividness=2", 202),
        ("vividness=1.9", 403),
    ],
)
def test_visitors_get_the_sizes_and_formats_that_the_page_offers(job, query, status):
    visibility.publish(job)
    Photo.objects.update(width=3000, height=2000)
    answer = Client().get(f"/api/v1/jobs/{job.pk}/result/?{query}")
    assert answer.status_code == status
