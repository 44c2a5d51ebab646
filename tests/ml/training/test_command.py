"""Runs without a browser."""

import pytest
from django.core.management import CommandError, call_command

from ml.models import TrainingRun

pytestmark = pytest.mark.django_db(transaction=True)


def test_start_list_stop_resume_delete(data_set, capsys):
    call_command("runs", "start", "quick", "Ours", "--name", "First", "--epochs", "2")
    run = TrainingRun.objects.get()
    assert capsys.readouterr().out.strip() == str(run.pk)
    assert run.options["epochs"] == 2
    call_command("runs", "list")
    assert "First" in capsys.readouterr().out
    call_command("runs", "stop", "First")
    call_command("runs", "follow", str(run.pk)[:6])
    assert capsys.readouterr().out.strip() == "stopped"
    call_command("runs", "resume", "First")
    with pytest.raises(CommandError, match="Stop the run first"):
        call_command("runs", "delete", "First")
    call_command("runs", "stop", "First")
    call_command("runs", "delete", "First")
    assert not TrainingRun.objects.exists()


def test_what_is_wrong_is_one_clear_line(data_set):
    with pytest.raises(CommandError, match="There is no data set called “nobody”"):
        call_command("runs", "start", "quick", "nobody")
    with pytest.raises(CommandError, match="a multiple of 32 pixels"):
        call_command("runs", "start", "quick", "Ours", "--size", "100")
    with pytest.raises(CommandError, match="more than the 18 photos to learn from"):
        call_command("runs", "start", "quick", "Ours", "--batch", "19")
    with pytest.raises(CommandError, match="epochs: from 1 to 1000"):
        call_command("runs", "start", "quick", "Ours", "--epochs", "0")
    with pytest.raises(CommandError, match="There is no training run called “nobody”"):
        call_command("runs", "stop", "nobody")
