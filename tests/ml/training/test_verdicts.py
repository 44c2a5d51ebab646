"""The page of a run and the gate never contradict each other."""

import pytest

from ml.models import Evaluation
from ml.training import control, worker
from ml.training.options import Options
from ml.versions import evaluations, gate
from tests.ml.training.conftest import make_data_set

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

RUNS = [
    *(("resnet-gray-unet", size) for size in (32, 64, 96, 128)),
    *(("resnet-gray", size) for size in (40, 56, 72, 88, 104, 120)),
]
"""What ten runs go on from, and the size of their crops."""


def test_the_kept_check_of_runs_of_any_size_says_what_the_gate_says(tmp_path, settings):
    settings.MODEL_CACHE = tmp_path / "cache"
    data_set = make_data_set(tmp_path, 10 * gate.MIN_PHOTOS)
    assert data_set.validation == gate.MIN_PHOTOS
    for base, size in RUNS:
        options = Options(epochs=1, batch=8, size=size, limit=32, rate=1e-5 * size)
        run = control.start("quick", [data_set], options, base=base)
        worker.work()
        run.refresh_from_db()
        assert run.version, run.log
        points = run.points.filter(kind="check").order_by("step")
        kept = [point.values for point in points if point.values["best"]][-1]
        evaluations.request(run.version)
        evaluations.work()
        measured = Evaluation.objects.filter(version=run.version).first()
        assert measured
        lines = {line.metric: line for line in gate.lines(measured)}
        assert kept["gate"]["passed"] == gate.figures(measured)["passed"]
        closest = lines[kept["gate"]["metric"]]
        assert kept["gate"]["margin"] == pytest.approx(closest.margin, abs=1e-6)
        assert kept["mse"] == pytest.approx(lines["mean.mse"].ours, abs=1e-6)
