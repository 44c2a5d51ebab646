"""What a process that colors promises, with a real network (untrained)."""

from io import BytesIO

import numpy as np
import pytest
from django.core.files.storage import default_storage
from PIL import ExifTags, Image

from colorweb.accounts.visitors import Visitor
from colorweb.health import workers
from colorweb.testing import pictures
from colorweb.testing.waiting import wait_for
from jobs import tasks
from jobs.models import Job, Photo, Rendition
from jobs.photos import intake
from jobs.results import renditions
from jobs.sharing import gallery
from jobs.storage import files
from tests.jobs import make
from tests.jobs.results.finished import send
from tests.ml.files import SERIALS, camera_file

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("both_storages")
def test_a_photo_comes_out_in_color_at_its_full_size(worker):
    job = send()
    assert worker.work() == 1
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error_code) == ("succeeded", 1, "")
    with default_storage.open(job.result) as file, Image.open(file) as result:
        assert (result.format, result.mode, result.size) == ("JPEG", "RGB", (320, 240))
    assert job.model_version == worker.networks.in_service.version
    assert set(job.timings) == {"reading_ms", "colorizing_ms", "saving_ms"}


def test_every_byte_kept_is_counted(worker):
    job = send()
    worker.work()
    Job.objects.filter(pk=job.pk).update(state="failed")
    intake.retry(Job.objects.get(pk=job.pk), Visitor(user=None, guest="", address="127.0.0.1"))
    worker.work()
    _, names = default_storage.listdir(job.photo.folder)
    kept = sum(default_storage.size(f"{job.photo.folder}/{name}") for name in names)
    assert Photo.objects.get().stored_bytes == kept


@pytest.mark.usefixtures("both_storages")
def test_every_file_of_a_finished_job_is_there(worker, client):
    job = client.post("/api/v1/jobs/", {"image": pictures.upload()}).json()
    worker.work()
    urls = client.get(job["urls"]["self"]).json()["urls"]
    for kind in ("result", "gray", "preview", "card", "gray_preview", "gray_card", "download"):
        answer = client.get(urls[kind])
        assert answer.status_code == 200, kind
        assert answer["Content-Type"] == "image/jpeg"
    assert client.get(urls["download"])["Content-Disposition"] == (
        'attachment; filename="old-color.jpg"'
    )


def test_a_batch_gives_each_photo_its_own_result(worker):
    jobs = [send(pictures.encoded(seed=seed)) for seed in range(3)]
    assert worker.work() == 3
    results = [default_storage.open(Job.objects.get(pk=job.pk).result).read() for job in jobs]
    assert len(set(results)) == 3


def test_a_wish_to_publish_is_kept_when_the_colors_are_there(worker):
    job = send(visibility="public")
    assert not gallery.public_photos().exists()
    worker.work()
    assert gallery.public_photos().get().version == job


def test_transparency_survives(worker):
    buffer = BytesIO()
    picture = Image.fromarray(pictures.scene()).convert("LA")
    picture.putalpha(Image.new("L", picture.size, 128))
    picture.save(buffer, "PNG")
    job = send(buffer.getvalue())
    worker.work()
    job.refresh_from_db()
    with default_storage.open(job.result) as file, Image.open(file) as result:
        assert (result.format, result.mode) == ("PNG", "RGBA")
        assert result.getchannel("A").getextrema() == (128, 128)
    with default_storage.open(job.file("card")) as file, Image.open(file) as card:
        darkest = int(np.asarray(card.convert("L")).min())
    assert darkest > 120  # half paper, half photo


def test_one_wakeup_colors_what_waits(worker, monkeypatch):
    monkeypatch.setattr("jobs.results.worker.Worker.here", lambda: worker)
    monkeypatch.setattr(tasks, "WAKEFUL_SECONDS", 3600)
    monkeypatch.setattr(worker, "batch", 1)
    for _photo in range(3):
        send()
    tasks.colorize()
    assert list(Job.objects.values_list("state", flat=True)) == ["succeeded"] * 3


def test_a_rendition_waits_for_one_photo_at_most_and_the_other_way_round(worker, monkeypatch):
    monkeypatch.setattr("jobs.results.worker.Worker.here", lambda: worker)
    monkeypatch.setattr(tasks, "WAKEFUL_SECONDS", 0)
    monkeypatch.setattr(worker, "batch", 1)
    first = send()
    tasks.colorize()
    first.refresh_from_db()
    for side in (100, 200):
        renditions.request(first, make.sender(first), format="png", long_side=side)
    photos = [send().pk, send().pk]
    for done in (1, 2):  # whatever token comes first
        tasks.colorize()
        assert Job.objects.filter(pk__in=photos, state="succeeded").count() == done
        assert Rendition.objects.filter(job=first, state="ready").count() == done


def test_a_rendition_has_the_colors_of_the_result(worker):
    job = send(pictures.encoded("PNG"), format="png", vividness=1.4)
    worker.work()
    job.refresh_from_db()
    rendition = renditions.request(job, make.sender(job), format="tiff")
    assert worker.render()
    rendition.refresh_from_db()
    assert (rendition.state, rendition.error_code) == ("ready", "")
    pictures_ = []
    for name in (job.result, rendition.file):
        with default_storage.open(name) as file, Image.open(file) as picture:
            pictures_.append(np.asarray(picture).astype(int))
    assert np.abs(pictures_[0] - pictures_[1]).max() <= 2


def test_the_worker_shows_signs_of_life(worker):
    found = wait_for(workers.alive, "a heartbeat")
    assert found[worker.name]["device"] == "cpu"


def test_all_that_is_colored_is_marked_so_and_has_no_place(worker, client):
    photo = pictures.upload(content=camera_file().getvalue())
    client.post("/api/v1/jobs/", {"image": photo})
    worker.work()
    job = Job.objects.get()
    names = [files.name_of(job, kind) for kind in files.OF_RESULT if kind != "gray"]
    for kept in (False, True):
        rendition = renditions.request(job, make.sender(job), format="webp", keep_metadata=kept)
        assert worker.render()
        rendition.refresh_from_db()
        names.append(rendition.file)
    maps = files.name_of(job, "colors")
    for name in names:
        with default_storage.open(name) as file:
            content = file.read()
        if name != maps:  # numbers, not a picture
            assert b"compositeWithTrainedAlgorithmicMedia" in content, name
            assert f"{job.model_name} {job.model_version}".encode() in content
        assert not [serial for serial in SERIALS if serial.encode() in content]
        assert (b"Leitz" in content) == (name == names[-1])
        with Image.open(BytesIO(content)) as picture:
            assert not picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
