"""What a process that colours promises, with a real network (untrained)."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from colorweb.health import workers
from jobs import gallery, queue, states
from jobs.models import Job, State
from ml.resnet_gray import weights
from tests import pictures
from tests.jobs import make
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    """This process as a worker that takes batches of four."""
    from jobs.worker import Worker  # noqa: PLC0415 - imports torch

    path = Path(tmp_path_factory.mktemp("weights")) / "untrained.safetensors"
    weights.save(path, *weights.untrained("resnet-gray-unet", seed=0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLORWEB_MODEL", str(path))
        patch.setattr("jobs.worker.CPU_BATCH", 4)
        yield Worker()


def send(content: bytes | None = None, **fields) -> Job:
    """A photo sent to the API by a new guest."""
    upload = pictures.upload(content=content)
    answer = Client().post("/api/v1/jobs/", {"image": upload, **fields})
    return Job.objects.get(pk=answer.json()["id"])


def test_a_photo_comes_out_in_colour_at_its_full_size(worker):
    job = send()
    assert worker.work() == 1
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error_code) == ("succeeded", 1, "")
    with default_storage.open(job.result) as file, Image.open(file) as result:
        assert (result.format, result.mode, result.size) == ("JPEG", "RGB", (320, 240))
    assert job.model_version == worker.colorizers[""].version
    assert set(job.timings) == {"reading_ms", "colouring_ms", "saving_ms"}


def test_every_file_of_a_finished_job_is_there(worker, client):
    job = client.post("/api/v1/jobs/", {"image": pictures.upload()}).json()
    worker.work()
    urls = client.get(job["urls"]["self"]).json()["urls"]
    for kind in ("result", "grey", "preview", "card", "grey_preview", "grey_card", "download"):
        answer = client.get(urls[kind])
        assert answer.status_code == 200, kind
        assert answer["Content-Type"] == "image/jpeg"
    assert client.get(urls["download"])["Content-Disposition"] == (
        'attachment; filename="old-colour.jpg"'
    )


def test_a_batch_gives_each_photo_its_own_result(worker):
    jobs = [send(pictures.encoded(seed=seed)) for seed in range(3)]
    assert worker.work() == 3
    results = [default_storage.open(Job.objects.get(pk=job.pk).result).read() for job in jobs]
    assert len(set(results)) == 3


def test_a_photo_that_fails_costs_its_neighbours_nothing(worker):
    broken, good = send(), send()
    default_storage.delete(broken.photo.source)
    worker.work()
    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.state, broken.error_code) == ("failed", "internal_error")
    assert good.state == "succeeded"


def test_a_cancelled_running_job_stops_and_leaves_no_file(worker, monkeypatch):
    job = send()

    def cancel_while_reading(task):
        states.request_cancel(task.job)
        return read(task)

    read = worker._read
    monkeypatch.setattr(worker, "_read", cancel_while_reading)
    worker.work()
    job.refresh_from_db()
    assert job.state == "canceled"
    assert made_by(job) == []


def test_a_late_worker_is_refused_and_takes_its_files_away(worker, monkeypatch):
    job = send()

    def slow(task):
        make.expire(task.job)
        queue.reap()
        [second] = queue.claim("quicker")
        states.change(second.pk, State.SUCCEEDED, fence=2, result="quicker.jpg")
        return save(task)

    save = worker._save
    monkeypatch.setattr(worker, "_save", slow)
    worker.work()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.result) == ("succeeded", 2, "quicker.jpg")
    assert made_by(job) == []


def test_a_photo_may_not_take_for_ever(worker, settings):
    settings.JOB_TIME_LIMIT *= 0
    job = send()
    worker.work()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "took_too_long")


def test_a_wish_to_publish_is_kept_when_the_colours_are_there(worker):
    job = send(visibility="public")
    assert not gallery.public_jobs().exists()
    worker.work()
    assert gallery.public_jobs().get().pk == job.pk


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


def test_the_worker_shows_signs_of_life(worker):
    found = wait_for(workers.alive, "a heartbeat", seconds=15)
    assert found[worker.name]["device"] == "cpu"


def made_by(job: Job) -> list[str]:
    """Files that attempts of the job have left."""
    _, names = default_storage.listdir(job.photo.folder)
    return [name for name in names if name.startswith(str(job.pk))]
