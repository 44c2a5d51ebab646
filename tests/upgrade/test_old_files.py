"""Files of data sets and runs of version 0.1 are read under today's names."""

import json

import pytest

from ml.datasets import index
from ml.datasets.pictures import Entry
from ml.models import TrainingRun
from ml.training.journal import Journal

pytestmark = pytest.mark.django_db

CHECK = {"mse": 0.003, "of_grey": 0.7, "mean": {"mse": 0.003}}


def test_the_journal_of_an_old_run_becomes_points_of_today():
    run = TrainingRun.objects.create(name="Old", preset="best")
    run.local.mkdir(parents=True)
    line = {"event": "check", "step": 3, "epoch": 1.0, "progress": 0.5, "best": True, **CHECK}
    (run.local / "metrics.jsonl").write_text(json.dumps(line) + "\n")
    Journal(run).begin()
    assert run.points.get().values["of_gray"] == 0.7


def test_the_index_of_an_old_data_set_is_read_with_todays_verdicts():
    index.write("datasets/old.jsonl.gz", [Entry("a.jpg", "1", verdict="grey")])
    assert list(index.read("datasets/old.jsonl.gz")) == [Entry("a.jpg", "1", verdict="gray")]
