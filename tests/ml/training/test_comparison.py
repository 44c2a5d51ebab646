"""What looking at several runs promises."""

import pytest

from ml.models import RunPoint, TrainingRun

pytestmark = pytest.mark.django_db


def test_runs_are_compared_by_curves_and_the_settings_that_differ(admin_client):
    runs = [
        TrainingRun.objects.create(
            name=name, preset="quick", state="succeeded", options={"epochs": epochs, "batch": 8}
        )
        for name, epochs in (("Short", 2), ("Long", 9))
    ]
    values = {"of_gray": 0.7, "shown": {"psnr": 24.5, "colorfulness": 30.0}}
    RunPoint.objects.create(run=runs[0], kind="check", step=3, epoch=1.0, values=values)
    chosen = {"action": "compare", "_selected_action": [run.pk for run in runs]}
    page = admin_client.post("/admin/ml/trainingrun/", chosen, follow=True).content.decode()
    assert "[1.0, 0.7, 24.5, 30.0]" in page
    assert "<th>epochs</th>" in page
    assert "<th>batch</th>" not in page, "the same in both"
    one = {**chosen, "_selected_action": [runs[0].pk]}
    text = admin_client.post("/admin/ml/trainingrun/", one, follow=True).content.decode()
    assert "Choose two to six runs." in text


def test_a_run_is_found_by_the_beginning_of_its_id(admin_client):
    run = TrainingRun.objects.create(name="Found", preset="quick")
    TrainingRun.objects.create(name="Other", preset="quick")
    text = admin_client.get(f"/admin/ml/trainingrun/?q={str(run.pk)[:8]}").content.decode()
    assert ("Found" in text, "Other" in text) == (True, False)
