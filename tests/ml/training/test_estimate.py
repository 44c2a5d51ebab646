"""How long runs are said to take."""

import json
import uuid

import pytest
from django.db.models.functions import Now

from ml.models import DataSet, TrainingRun
from ml.training import estimate
from ml.training.journal import Journal
from ml.training.options import Options

pytestmark = pytest.mark.django_db(transaction=True)


def streets(**more) -> DataSet:
    return DataSet.objects.create(name="Streets", kind="upload", state="ready", **more)


def test_checks_take_as_long_as_the_last_baseline_here_says():
    photos = streets(training=5500, validation=100)
    options = Options(epochs=2, size=128)
    by_table = 2 * 5500 / 55 + 3 * 100 / 5
    assert estimate.seconds("quick", options, [photos]) == by_table
    measured = {"seconds": 5.0, "each": [[]] * 100}
    TrainingRun.objects.create(name="a", preset="quick", baseline=measured, started_at=Now())
    assert estimate.seconds("quick", options, [photos]) == 2 * 5500 / 55 + 3 * 100 / 10


def test_photos_of_the_reference_set_are_measured_too():
    photos = streets(training=5500, validation=100)
    before = estimate.seconds("quick", Options(epochs=1), [photos])
    streets(training=1000, validation=100, is_reference=True)
    assert estimate.seconds("quick", Options(epochs=1), [photos]) == before + 2 * 200 / 5


def test_while_a_check_is_made_the_time_left_goes_on():
    run = TrainingRun(id=uuid.uuid4(), name="a", preset="quick")
    run.local.mkdir(parents=True)
    place = {"step": 1, "epoch": 0.5, "progress": 0.5, "time": 0}
    line = {"event": "step", **place, "seconds_left": 60, "photos_per_second": 9, "loss": 1}
    (run.local / "metrics.jsonl").write_text(json.dumps(line) + "\n")
    run.save()
    journal = Journal(run)
    assert journal.seconds_left is None
    journal.read()
    assert journal.seconds_left == 60
    journal.at -= 25  # seconds ago
    assert journal.seconds_left == 35
