"""Data sets, runs and versions of version 0.1 are read under today's names."""

import json
from collections.abc import Iterator

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from ml.datasets import index
from ml.datasets.pictures import Entry
from ml.models import DataSet, ModelVersion, RunPoint, TrainingRun
from ml.training.journal import Journal

pytestmark = pytest.mark.django_db(transaction=True)

VERSION_0_1 = [("ml", "0003_evaluations")]
CHECK = {"mse": 0.003, "of_grey": 0.7, "mean": {"mse": 0.003}}


@pytest.fixture
def old_rows() -> Iterator[Apps]:
    """The tables as version 0.1 had them; afterwards they are of today again."""
    executor = MigrationExecutor(connection)
    executor.migrate(VERSION_0_1)
    yield executor.loader.project_state(VERSION_0_1).apps
    call_command("migrate", verbosity=0)


def test_curves_and_cards_of_old_runs_and_versions_stay(old_rows):
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
    call_command("migrate", verbosity=0)
    expected = {"mse": 0.003, "of_gray": 0.7, "mean": {"mse": 0.003}}
    assert RunPoint.objects.get().values == expected
    assert TrainingRun.objects.get().baseline == {"model": "ours@1", **expected}
    version = ModelVersion.objects.get()
    assert version.card == {"name": "ours", "license": "MIT", "metrics": expected}
    assert version.metrics == expected


def test_reports_and_errors_of_old_data_sets_stay(old_rows):
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
