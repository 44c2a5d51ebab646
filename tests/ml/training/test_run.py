"""A run from the form to a version, with the real engine in a real child process."""

import os
import signal
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models.functions import Now

from colorweb import leases
from colorweb.errors import DomainError
from colorweb.testing.waiting import wait_for
from ml.models import DataSet, ModelVersion, TrainingRun
from ml.training import checkpoint_store, control, queue, shutdown_flag, worker
from ml.training.options import Options
from ml.training.preparing import Data
from ml.versions import evaluations
from tests.ml import networks

pytestmark = pytest.mark.django_db(transaction=True)

STARTED = 300  # seconds: two processes that import torch, on a busy machine
TINY = Options(epochs=2, batch=6, size=32)
LONG = Options(epochs=1000, batch=6, size=32, patience=1000)


def start(data_set: DataSet, options: Options = TINY, **more) -> TrainingRun:
    """A queued run; the model in service counts as measured, which only one test waits for."""
    run = control.start("quick", [data_set], options, **more)
    TrainingRun.objects.filter(pk=run.pk).update(baseline={"model": "measured"})
    return run


def in_thread(do: Callable[[], object]) -> threading.Thread:
    """A worker beside the test."""

    def run() -> None:
        try:
            do()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def fresh(run: TrainingRun) -> TrainingRun:
    run.refresh_from_db()
    return run


def child_of(run: TrainingRun) -> int:
    """The process that holds the run's lock."""
    try:
        return int((run.local / "lock").read_text() or 0)
    except FileNotFoundError:
        return 0


def trained(run: TrainingRun, steps: int) -> bool:
    return fresh(run).state == "running" and run.step >= steps


def test_a_run_becomes_a_version_with_curves_and_samples(data_set, subtests, admin_client):
    run = control.start("quick", [data_set], TINY, name="First")
    assert (run.state, run.options["epochs"], run.base) == ("queued", 2, "served")
    assert worker.work() == 1
    fresh(run)
    assert (run.state, run.error) == ("succeeded", {}), run.log
    assert (run.step, run.epoch, run.progress) == (6, 2, 1.0)
    checks = list(run.points.filter(kind="check").order_by("step"))
    assert [point.epoch for point in checks] == [1, 2]
    assert {"mse", "of_gray", "shown", "true_colorfulness"} <= set(checks[0].values)
    assert (checks[0].values["gate"]["photos"], "each" in checks[0].values) == (2, False)
    assert {"model", "mse", "mean", "shown"} <= set(run.baseline)
    assert [sample.epoch for sample in run.samples.order_by("step")] == [1, 2]
    assert default_storage.exists(run.samples.all()[0].file)
    version = run.version
    assert version
    assert version.data_fingerprint == data_set.fingerprint
    assert version.recipe["base"].startswith("resnet-gray-unet@")
    [before] = version.card["lineage"]
    assert f"{before['name']}@{before['version']}" == version.recipe["base"]
    assert version.card["license"] == before["license"] != ""
    assert default_storage.exists(version.samples[0])
    left = {path.name for path in run.local.iterdir()}
    assert left <= {"metrics.jsonl", "log.txt", "baseline.log", "lock", "attempt"}, left
    assert run.checkpoint == ""

    with subtests.test("lists show both with their samples and figures"):
        error = f"{version.card['metrics']['of_gray']:.3f}"
        for model, picture in (
            ("trainingrun", f"training-runs/{run.pk}/samples/6.png"),
            ("modelversion", f"models/{version.pk}/samples.png"),
        ):
            listed = admin_client.get(f"/admin/ml/{model}/").content.decode()
            assert (f"/staff/{picture}" in listed, error in listed) == (True, True), model
            assert admin_client.get(f"/staff/{picture}").status_code == 200

    with subtests.test("a deleted run leaves nothing but its version"):
        folder, local = run.folder, run.local
        control.delete(run)
        assert not default_storage.exists(folder)
        assert not local.exists()
        version = ModelVersion.objects.exclude(samples=[]).get()
        assert default_storage.exists(version.file)
        assert default_storage.exists(version.samples[0])


def test_a_run_that_has_not_ended_is_not_deleted(data_set):
    with pytest.raises(DomainError, match="Stop the run first"):
        control.delete(start(data_set))


def test_two_clicks_start_one_run(data_set):
    ours = uuid.uuid4()
    first = start(data_set, run_id=ours)
    assert start(data_set, run_id=ours).pk == first.pk == ours
    assert TrainingRun.objects.count() == 1


def test_what_cannot_be_started_is_said(data_set):
    with pytest.raises(DomainError, match="Choose a data set"):
        control.start("quick", [])
    with pytest.raises(DomainError, match="There is no model “nobody”"):
        start(data_set, base="nobody")
    DataSet.objects.update(state="queued")
    data_set.refresh_from_db()
    with pytest.raises(DomainError, match="is not ready"):
        start(data_set)


def test_a_data_set_that_moved_fails_the_run_in_words(data_set):
    run = start(data_set)
    DataSet.objects.update(fingerprint="0" * 64)
    worker.work()
    assert fresh(run).state == "failed"
    assert "have changed since it was chosen" in run.error_message


@pytest.mark.long
def test_stop_keeps_the_best_so_far_and_resume_goes_on_from_there(data_set):
    run = start(data_set, LONG)
    working = in_thread(worker.work)
    wait_for(lambda: trained(run, 6), "some steps", STARTED)
    control.stop(run)
    working.join(STARTED)
    assert fresh(run).state == "stopped"
    assert run.version
    stopped_at = run.step
    assert stopped_at < 1500
    with pytest.raises(DomainError, match="has ended already"):
        control.stop(run)
    TrainingRun.objects.update(options=run.options | {"epochs": stopped_at // 3 + 2})
    control.resume(run)
    worker.work()
    assert fresh(run).state == "succeeded", run.log
    assert "going on from step" in (run.local / "log.txt").read_text()
    steps = list(run.points.filter(kind="check").order_by("step").values_list("step", flat=True))
    assert steps == sorted(set(steps))
    assert steps[0] == 3
    assert ModelVersion.objects.filter(runs=run).count() == 1


def test_a_run_that_waits_is_stopped_at_once(data_set):
    run = start(data_set)
    control.stop(run)
    assert fresh(run).state == "stopped"
    assert worker.work() == 0


def test_a_comparison_goes_before_the_runs_that_wait(data_set, tmp_path):
    first, second = start(data_set), start(data_set)
    evaluation = evaluations.request(networks.version(tmp_path, 1), data_set)
    DataSet.objects.all().delete()  # so that all three end as soon as they begin
    assert worker.work() == 2
    evaluation.refresh_from_db()
    ended, compared = fresh(first).finished_at, evaluation.finished_at
    began = fresh(second).started_at
    assert ended and compared and began  # noqa: PT018 - for the types
    assert ended <= compared <= began


@pytest.mark.long
def test_a_killed_child_is_a_failed_run_and_a_living_worker(data_set):
    run, other = start(data_set, LONG), start(data_set)
    working = in_thread(worker.work)
    wait_for(lambda: trained(run, 3), "some steps", STARTED)
    os.kill(child_of(run), signal.SIGKILL)
    working.join(STARTED)
    assert fresh(run).state == "failed"
    assert "SIGKILL" in run.error_message
    assert fresh(other).state == "succeeded", "the worker went on"
    control.resume(run)
    TrainingRun.objects.filter(pk=run.pk).update(options=run.options | {"epochs": 2})
    worker.work()
    assert fresh(run).state == "succeeded", run.log


@pytest.mark.long
def test_nonsense_for_the_engine_is_a_failed_run_with_its_words(data_set):
    run = start(data_set)
    TrainingRun.objects.update(options=run.options | {"precision": "float7"})
    worker.work()
    assert fresh(run).state == "failed"
    assert "float7" in run.error_message
    assert "float7" in run.log


@pytest.mark.long
def test_a_worker_that_lost_its_run_ends_its_child_and_writes_nothing(data_set, settings):
    settings.JOB_LEASE_RENEWAL = timedelta(seconds=0.2)
    run = start(data_set, LONG)
    working = in_thread(worker.work)
    wait_for(lambda: trained(run, 3), "some steps", STARTED)
    child = child_of(run)
    control.stop(run)  # no second worker is to take it
    TrainingRun.objects.update(attempt=7, stop_requested=False)
    working.join(STARTED)
    assert fresh(run).state == "running"
    assert run.version is None
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


@pytest.mark.long
def test_another_machine_goes_on_from_the_stored_copy(data_set, settings, tmp_path):
    settings.TRAINING_COPY_EVERY = timedelta(seconds=5)
    run = start(data_set, LONG)
    working = in_thread(worker.work)
    wait_for(lambda: trained(run, 3) and run.checkpoint, "a copy of a checkpoint", STARTED)
    shutdown_flag.set_for(os.getppid())
    working.join(STARTED)
    shutdown_flag.clear_for(os.getppid())
    assert fresh(run).state == "queued", "a worker that has to go hands its run back"
    at = run.step
    settings.TRAINING_DIR = tmp_path / "another machine"
    TrainingRun.objects.update(options=run.options | {"epochs": at // 3 + 2})
    assert worker.work() == 1
    assert fresh(run).state == "succeeded", run.log
    assert "going on from step" in (run.local / "log.txt").read_text()
    steps = list(run.points.filter(kind="check").order_by("step").values_list("step", flat=True))
    assert steps[0] == 3, "the curve begins where the run began"
    assert all(default_storage.exists(sample.file) for sample in run.samples.all())


@pytest.mark.long
def test_two_writers_never_share_a_run(data_set):
    run = start(data_set, LONG)
    working = in_thread(worker.work)
    wait_for(lambda: trained(run, 3), "some steps", STARTED)
    first = child_of(run)
    checkpoint_store.LOCK_TIMEOUT, patience = 1, checkpoint_store.LOCK_TIMEOUT
    second = TrainingRun.objects.get(pk=run.pk)
    lease = leases.renewing(second)
    attempt = worker.Attempt(second, lease)
    training, validation = (run.local / "data" / f"{part}.tar" for part in PARTS)
    process = attempt._start(Data(training, validation, []))
    assert process.process.wait(STARTED) == 1
    checkpoint_store.LOCK_TIMEOUT = patience
    assert "is in use by process" in (run.local / "log.txt").read_text()
    assert child_of(run) == first
    control.stop(run)
    working.join(STARTED)
    assert fresh(run).state == "stopped"


PARTS = ("training", "validation")


def test_a_dead_workers_run_is_requeued_three_times_at_most(data_set):
    run = start(data_set)
    for crash in range(3):
        assert queue.claim()
        TrainingRun.objects.update(lease_until=Now() - timedelta(seconds=1))
        queue.reap()
        assert fresh(run).crash_count == crash + 1
    assert run.state == "failed"
    assert "killed three times" in run.error_message


def test_crashes_further_on_do_not_add_up(data_set):
    run = start(data_set)
    for crash in range(5):
        assert queue.claim()
        TrainingRun.objects.update(lease_until=Now() - timedelta(seconds=1), step=10 * crash + 10)
        queue.reap()
    assert (fresh(run).state, run.crash_count) == ("queued", 1)
