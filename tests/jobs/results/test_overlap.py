"""On a GPU, for which a device stands in whose pass lasts until others have done their part, the
batches overlap."""

import threading

import pytest
from django.core.files.storage import default_storage

from colorweb.testing.waiting import wait_for
from jobs import tasks
from jobs.models import Job
from jobs.results.overlap import overlapping
from jobs.results.task import Task
from tests.jobs.results.finished import send

pytestmark = pytest.mark.django_db(transaction=True)
BATCH = 2
LIMIT = 60.0  # seconds


class Device:
    """Counts what is done beside its passes."""

    def __init__(self, monkeypatch):
        from jobs.results import worker  # noqa: PLC0415 - imports what colors

        self.read, self.passes, self.saved = 0, 0, 0
        self.may_pass, self.may_save = lambda: True, lambda: True
        self._lock = threading.Lock()
        self._predict, self._read, self._save = worker.predict, Task.read, Task.save
        monkeypatch.setattr(worker, "predict", self.predict)
        monkeypatch.setattr(Task, "read", lambda task: self.count("read", self._read, task))
        monkeypatch.setattr(Task, "save", self.save)

    def predict(self, tasks):
        self.count("passes", lambda _tasks: None, tasks)
        wait_for(self.may_pass, "what is done beside a pass", LIMIT)
        self._predict(tasks)

    def save(self, task):
        wait_for(self.may_save, "the pass beside which files are written", LIMIT)
        self.count("saved", self._save, task)

    def count(self, what, step, given):
        step(given)
        with self._lock:
            setattr(self, what, getattr(self, what) + 1)


@pytest.fixture
def gpu(worker, monkeypatch):
    monkeypatch.setattr(worker, "on_gpu", True)
    monkeypatch.setattr(worker, "batch", BATCH)
    return worker


def states():
    return sorted(Job.objects.values_list("state", flat=True))


def test_the_next_batch_is_read_while_one_is_colored(gpu, monkeypatch):
    device = Device(monkeypatch)
    for _photo in range(3 * BATCH):
        send()
    device.may_pass = lambda: device.read >= min(device.passes + 1, 3) * BATCH
    with overlapping(gpu) as work:
        assert [work(), work(), work(), work()] == [BATCH, BATCH, BATCH, 0]
    assert states() == ["succeeded"] * 3 * BATCH


def test_files_are_written_while_the_next_batch_is_colored(gpu, monkeypatch):
    device = Device(monkeypatch)
    for _photo in range(2 * BATCH):
        send()
    device.may_save = lambda: device.passes == 2
    device.may_pass = lambda: device.saved == (device.passes - 1) * BATCH
    with overlapping(gpu) as work:
        assert [work(), work()] == [BATCH, BATCH]
    assert states() == ["succeeded"] * 2 * BATCH


def test_what_was_begun_is_ended_before_a_wakeup_is_over(gpu, monkeypatch):
    monkeypatch.setattr("jobs.results.worker.Worker.here", lambda: gpu)
    monkeypatch.setattr(tasks, "WAKEFUL_ON_GPU", 0)
    for _photo in range(3 * BATCH):
        send()
    tasks.colorize()
    assert states() == ["queued"] * BATCH + ["succeeded"] * 2 * BATCH
    assert gpu.tasks == []


def test_beside_a_batch_of_large_photos_none_is_read(gpu, monkeypatch):
    monkeypatch.setattr("jobs.results.overlap.MAX_PIXELS", 0)
    for _photo in range(2 * BATCH):
        send()
    with overlapping(gpu) as work:
        assert work() == BATCH
        assert Job.objects.filter(state="queued").count() == BATCH
    assert states() == ["queued"] * BATCH + ["succeeded"] * BATCH


def test_a_photo_that_cannot_be_read_fails_alone(gpu):
    broken, *_others = [send() for _photo in range(2 * BATCH)]
    default_storage.delete(broken.photo.source)
    with overlapping(gpu) as work:
        while work():
            pass
    assert states() == ["failed"] + ["succeeded"] * (2 * BATCH - 1)
