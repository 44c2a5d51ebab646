"""Data sets, runs and versions of version 0.1 are read under today's names."""

import json

import pytest
from django.core.management import call_command
from django.utils import translation

from ml.datasets import index
from ml.datasets.pictures import Entry
from ml.models import DataSet, ModelVersion, RunPoint, TrainingRun
from ml.training.journal import Journal

pytestmark = pytest.mark.django_db(transaction=True)

CHECK = {"mse": 0.003, "of_grey": 0.7, "mean": {"mse": 0.003}}


def test_old_rows_are_upgraded(old_rows, subtests):
    run = old_rows.get_model("ml", "TrainingRun").objects.create(
        name="Old", preset="best", served={"model": "ours@1", **CHECK}
    )
    run.points.create(kind="check", step=3, epoch=1.0, values=CHECK)
    old_rows.get_model("ml", "ModelVersion").objects.create(
        name="ours",
        sha256="0" * 64,
        bytes=1,
        architecture="resnet-gray",
        card={"name": "ours", "licence": "MIT", "metrics": CHECK},
        metrics=CHECK,
    )
    data_set = old_rows.get_model("ml", "DataSet").objects.create(
        name="Old",
        kind="upload",
        report={"photos": 2, "grey": 1, "named": {"grey": [["grey.jpg", ""]]}},
        error={
            "code": "no_photos",
            "sentence": "None of the %(photos)d photos can be learnt from: %(broken)d broken, "
            "%(grey)d without colour, %(small)d too small.",
            "parts": {"photos": 3, "broken": 1, "grey": 2, "small": 0},
        },
    )
    call_command("migrate", verbosity=0)

    with subtests.test("curves and cards of runs and versions stay"):
        expected = {"mse": 0.003, "of_gray": 0.7, "mean": {"mse": 0.003}}
        assert RunPoint.objects.get().values == expected
        assert TrainingRun.objects.get().baseline == {"model": "ours@1", **expected}
        version = ModelVersion.objects.get()
        assert version.card == {"name": "ours", "license": "MIT", "metrics": expected}
        assert version.metrics == expected
    with subtests.test("reports and errors of data sets stay"):
        upgraded = DataSet.objects.get(pk=data_set.pk)
        assert upgraded.report == {"photos": 2, "gray": 1, "named": {"gray": [["grey.jpg", ""]]}}
        assert upgraded.error_message == (
            "None of the 3 photos can be used for training: 1 broken, 2 without color, 0 too small."
        )
        with translation.override("ru"):
            assert "3" in upgraded.error_message
            assert "photos" not in upgraded.error_message


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
