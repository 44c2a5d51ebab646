"""How long runs that have ended can be resumed, and what is left of them."""

import os
import uuid
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now

from colorweb.errors import DomainError
from ml.models import TrainingRun
from ml.training import control, retention

pytestmark = pytest.mark.django_db(transaction=True)

CHECKPOINT = bytes(100_000)


@pytest.fixture
def stopped() -> TrainingRun:
    """A run that was stopped: its folder, and a copy of its checkpoint in the storage."""
    run = TrainingRun(name="Streets", preset="quick", state="stopped")
    run.checkpoint = f"{run.folder}/copies/1-1"
    run.local.mkdir(parents=True)
    for name in ("checkpoint.pt", "log.txt"):
        (run.local / name).write_bytes(CHECKPOINT)
    default_storage.save(f"{run.checkpoint}/checkpoint.pt", ContentFile(CHECKPOINT))
    run.save()
    return run


def ended(run: TrainingRun, days: int) -> TrainingRun:
    """The run, as if it had ended so many days ago, after a worker and the sweep were there."""
    TrainingRun.objects.filter(pk=run.pk).update(finished_at=Now() - timedelta(days=days))
    retention.sweep()
    retention.clean()
    run.refresh_from_db()
    return run


def test_a_stopped_run_can_be_resumed_for_thirty_days(stopped):
    run = ended(stopped, 29)
    assert (run.local / "checkpoint.pt").exists()
    assert default_storage.exists(f"{run.checkpoint}/checkpoint.pt")
    control.resume(run)


def test_then_its_checkpoints_go_and_its_page_says_so(stopped, admin_client):
    retention.record_size(stopped)
    page = f"/admin/ml/trainingrun/{stopped.pk}/change/"
    assert "293.0\xa0KB" in admin_client.get(page).content.decode()
    copy = f"{stopped.checkpoint}/checkpoint.pt"
    run = ended(stopped, 31)
    assert [path.name for path in run.local.iterdir()] == ["log.txt"]
    assert not default_storage.exists(copy)
    assert (run.checkpoint, run.bytes) == ("", len(CHECKPOINT))
    with pytest.raises(DomainError, match="deleted after 30 days"):
        control.resume(run)
    assert "97.7\xa0KB" in admin_client.get(page).content.decode()


def test_a_site_may_keep_them_for_good(stopped, settings):
    settings.TRAINING_KEEP = timedelta()
    control.resume(ended(stopped, 3000))


def test_a_machine_forgets_runs_that_were_deleted_elsewhere(stopped):
    folder = stopped.local.with_name(str(uuid.uuid4()))
    folder.mkdir()
    retention.clean()
    assert folder.exists(), "somebody may be at it"
    os.utime(folder, (0, 0))
    retention.clean()
    assert (folder.exists(), stopped.local.exists()) == (False, True)
