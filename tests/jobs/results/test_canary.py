"""What a process that colors promises while a new version is tried on a part of the photos."""

import math

import pytest

from ml.models import CanaryOutcome
from ml.versions import canary, registry
from tests.jobs.results.finished import send
from tests.ml import networks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MODEL_CACHE = tmp_path / "cache"
    return tmp_path


def test_each_owner_has_one_network_and_every_end_is_reported(worker, folder):
    version = networks.version(folder, 1, architecture="resnet-gray-unet")
    networks.canary(version, share=50)
    trial = canary.trial()
    assert trial
    jobs = [send() for _photo in range(6)]
    while worker.work():
        pass
    for job in jobs:
        job.refresh_from_db()
        chosen = trial.chooses(job.photo.visitor_key)
        expected = version if chosen else registry.current()
        assert (job.state, job.model_version) == ("succeeded", expected.version)
    by_hash = sorted(trial.chooses(job.photo.visitor_key) for job in jobs)
    rows = CanaryOutcome.objects.order_by("on_canary")
    assert [row.on_canary for row in rows] == by_hash
    assert all(row.milliseconds and not row.failed for row in rows)


def test_a_photo_that_the_canary_cannot_color_is_colored_by_the_version_in_service(worker, folder):
    broken = registry.register(networks.broken_file(folder, math.nan))
    networks.canary(broken)
    jobs = [send() for _photo in range(2)]
    worker.work()
    for job in jobs:
        job.refresh_from_db()
        assert (job.state, job.model_version) == ("succeeded", registry.current().version)
    assert [(row.on_canary, row.failed) for row in CanaryOutcome.objects.all()] == [
        (True, True)
    ] * 2


def test_a_photo_asked_for_by_name_is_not_tried(worker, folder):
    networks.canary(networks.version(folder, 1))
    job = send(model=registry.current().name)
    worker.work()
    job.refresh_from_db()
    assert job.model_version == registry.current().version
    assert not CanaryOutcome.objects.exists()
