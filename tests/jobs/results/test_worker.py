"""What a process that colors promises, with a real network (untrained)."""

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client
from PIL import ExifTags, Image

from colorweb.accounts import installation
from colorweb.accounts.visitors import Visitor
from colorweb.health import workers
from colorweb.testing import pictures, s3
from colorweb.testing.ports import free_port
from colorweb.testing.waiting import wait_for
from jobs import tasks
from jobs.events.progress import Progress
from jobs.models import Job, Photo, Rendition, State
from jobs.photos import intake
from jobs.queue import claims, retries, states
from jobs.results import renditions
from jobs.sharing import gallery
from jobs.storage import files
from ml.resnet_gray.network import weights
from tests.jobs import make
from tests.ml.files import SERIALS, camera_file

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def worker(tmp_path_factory, django_db_setup, django_db_blocker):
    """This process as a worker that takes batches of four."""
    from jobs.results.worker import Worker  # noqa: PLC0415 - imports torch

    path = Path(tmp_path_factory.mktemp("weights")) / "untrained.safetensors"
    weights.save(path, *weights.untrained("resnet-gray-unet", seed=0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLORWEB_MODEL", str(path))
        patch.setattr("jobs.results.worker.CPU_BATCH", 4)
        patch.setattr("jobs.results.mending.Mending.start", lambda _self: None)
        with django_db_blocker.unblock():
            worker = Worker()
        yield worker


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr("jobs.results.worker.UNFIT_WAIT", 0)


def send(content: bytes | None = None, **fields) -> Job:
    """A photo sent to the API by a new guest."""
    upload = pictures.upload(content=content)
    answer = Client().post("/api/v1/jobs/", {"image": upload, **fields})
    return Job.objects.get(pk=answer.json()["id"])


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


def test_a_photo_that_fails_costs_its_neighbors_nothing(worker):
    broken, good = send(), send()
    default_storage.delete(broken.photo.source)
    worker.work()
    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.state, broken.error_code) == ("failed", "internal_error")
    assert good.state == "succeeded"


def broken_storage(settings) -> dict:
    """Storage settings of a bucket on a server that is not there."""
    address = f"http://127.0.0.1:{free_port()}"
    options = {"bucket_name": "photos", "endpoint_url": address, **s3.KEYS}
    bucket = {"BACKEND": "colorweb.storage.S3", "OPTIONS": options}
    return {**settings.STORAGES, "default": bucket}


def test_while_the_storage_is_unavailable_photos_wait_for_it(worker, settings):
    jobs, folder = [send(), send()], settings.STORAGES
    settings.STORAGES = broken_storage(settings)
    assert [worker.work(), worker.work()] == [2, 0], "the first claim finds out"
    for job in jobs:
        job.refresh_from_db()
        assert (job.state, job.stage, job.attempt, job.worker) == ("queued", "waiting", 1, "")
    settings.STORAGES = folder
    assert worker.work() == 2
    assert Job.objects.filter(state="succeeded", crash_count=0).count() == 2


def test_a_photo_that_meets_an_outage_at_every_attempt_fails_at_last_and_can_be_tried_again(
    worker, settings
):
    job, folder = send(), settings.STORAGES
    settings.JOB_MAX_CLAIMS = 1
    settings.STORAGES = broken_storage(settings)
    worker.work()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "storage_unavailable")
    settings.STORAGES = folder
    assert retries.retry_lately() == 1
    settings.JOB_MAX_CLAIMS = 100
    worker.work()
    assert Job.objects.filter(state="succeeded").count() == 1


def test_a_rendition_waits_while_the_storage_is_unavailable(worker, settings):
    job, folder = send(), settings.STORAGES
    worker.work()
    job.refresh_from_db()
    rendition = renditions.request(job, make.sender(job), format="png")
    settings.STORAGES = broken_storage(settings)
    worker.render()
    settings.STORAGES = folder
    rendition.refresh_from_db()
    assert (rendition.state, rendition.lease_until, rendition.crash_count) == ("queued", None, 0)
    assert worker.render()
    rendition.refresh_from_db()
    assert rendition.state == "ready"


def test_photos_that_a_worker_with_a_wrong_storage_claimed_are_colored_by_another(worker):
    installation.mark()
    jobs = [send(), send()]
    for job in jobs:
        default_storage.delete(job.photo.source)
    default_storage.delete(installation.MARKER)
    worker.work()
    assert Job.objects.filter(state="queued", crash_count=0).count() == 2
    assert worker.work() == 0, "it claims nothing more"


def test_a_canceled_running_job_stops_and_leaves_no_file(worker, monkeypatch):
    from jobs.results.task import Task  # noqa: PLC0415 - imports torch

    job = send()

    def cancel_while_reading(task):
        states.request_cancel(task.job)
        return read(task)

    read = Task.read
    monkeypatch.setattr(Task, "read", cancel_while_reading)
    worker.work()
    job.refresh_from_db()
    assert job.state == "canceled"
    assert made_by(job) == []


def test_a_late_worker_is_refused_and_removes_its_files(worker, monkeypatch):
    from jobs.results.task import Task  # noqa: PLC0415 - imports torch

    job = send()

    def slow(task):
        make.expire(task.job)
        claims.reap()
        [second] = claims.claim("quicker")
        states.change(second.pk, State.SUCCEEDED, fence=2, result="quicker.jpg")
        return save(task)

    save = Task.save
    monkeypatch.setattr(Task, "save", slow)
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


def test_a_stage_that_does_not_end_ends_the_process_and_only_its_own_photo(worker, monkeypatch):
    from jobs.results.task import Task  # noqa: PLC0415 - imports torch
    from jobs.results.worker import GRACE  # noqa: PLC0415

    stuck, waiting, done = send(), send(), send()
    tasks = [Task(job, Progress(job.pk, "")) for job in claims.claim(worker.name, 3)]
    exits: list[int] = []
    monkeypatch.setattr(os, "_exit", exits.append)
    monkeypatch.setattr(worker, "tasks", tasks)
    worker.end_if_overdue()
    assert exits == []
    for task in tasks:
        task.began -= (settings.JOB_TIME_LIMIT + GRACE).total_seconds()
    by_job = {task.job.pk: task for task in tasks}
    by_job[stuck.pk].in_step = True
    states.change(done.pk, State.SUCCEEDED, fence=1, result="done.jpg")
    by_job[done.pk].ended = True
    worker.end_if_overdue()
    for job in (stuck, waiting, done):
        job.refresh_from_db()
    assert exits == [1]
    assert (stuck.state, stuck.error_code) == ("failed", "took_too_long")
    assert (waiting.state, done.state) == ("queued", "succeeded")


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


def test_a_rendition_waits_for_one_photo_at_most_and_the_other_way_round(worker, monkeypatch):
    monkeypatch.setattr("jobs.results.worker.Worker.here", lambda: worker)
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


def test_a_rendition_that_fails_says_so(worker):
    job = send()
    worker.work()
    job.refresh_from_db()
    default_storage.delete(job.photo.source)
    rendition = renditions.request(job, make.sender(job), format="png")
    assert worker.render()
    rendition.refresh_from_db()
    assert (rendition.state, rendition.error_code) == ("failed", "internal_error")


def test_the_worker_shows_signs_of_life(worker):
    found = wait_for(workers.alive, "a heartbeat")
    assert found[worker.name]["device"] == "cpu"


def made_by(job: Job) -> list[str]:
    """Files that attempts of the job have left."""
    _, names = default_storage.listdir(job.photo.folder)
    return [name for name in names if name.startswith(str(job.pk))]


def test_a_network_that_cannot_be_had_fails_only_who_asked_for_it(worker):
    pinned, other = send(), send()
    Job.objects.filter(pk=pinned.pk).update(model="mine@0123456789ab")
    while worker.work():
        pass
    pinned.refresh_from_db()
    other.refresh_from_db()
    assert (pinned.state, pinned.error_code) == ("failed", "model_unavailable")
    assert other.state == "succeeded"


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
