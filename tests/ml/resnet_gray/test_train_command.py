"""What the command that trains promises to who starts, stops and kills it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest
import torch

from colorweb.runtime import REPOSITORY
from colorweb.testing.waiting import wait_for
from ml.resnet_gray.network import weights
from ml.resnet_gray.training import revision
from ml.resnet_gray.training.engine import Run
from ml.resnet_gray.training.run_folder import RunFolder
from ml.resnet_gray.training.train import main
from tests.ml import colors


def command(folder: Path, run: Path, *more: str) -> list[str]:
    return [
        "--data", str(folder), "--run", str(run),
        "--epochs", "2", "--batch", "4", "--size", "32", "--threads", "1", *more,
    ]  # fmt: skip


def journal(run: Path, event: str) -> list[dict]:
    lines = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    return [line for line in lines if line["event"] == event]


SHOWN = {"psnr", "colorfulness", "colorfulness_diff", "false_color", "left_gray"}


def test_command_trains_and_leaves_a_model(tmp_path, capsys):
    folder, run = colors.folder(tmp_path / "photos", 8), tmp_path / "run"
    (folder / "broken.jpg").write_text("no")
    arguments = command(folder, run, "--check", str(folder), "--check-every", "2")
    assert main(arguments) == 0
    path = Path(capsys.readouterr().out.strip())
    net, card = weights.load(path)
    assert card["architecture"] == net.architecture == "resnet-gray-unet"
    assert card["default_size"] == 32
    assert card["trained_on"].startswith("8 photos")
    assert path == run / "model.safetensors"
    assert card["code_revision"] == revision.of_code() == journal(run, "start")[0]["code_revision"]

    (start,), (end,) = journal(run, "start"), journal(run, "end")
    assert (start["photos"], start["check_photos"], start["processes"]) == (8, 8, 1)
    assert list(start["broken"]) == ["broken.jpg"]
    assert start["recipe"]["epochs"] == 2
    assert (end["reason"], end["file"], end["progress"]) == ("finished", "model.safetensors", 1)
    first, second = journal(run, "check")
    assert (first["step"], second["step"], second["epoch"]) == (2, 4, 2.0)
    assert first["best"]
    assert (set(second["mean"]), set(second["shown"])) == ({"mse"}, SHOWN)
    assert (second["size"], len(second["each"])) == (32, 8)
    assert second["mse"] == second["mean"]["mse"]
    (sheet,) = journal(run, "samples")[-1]["files"]
    picture: Any = cv2.imread(str(run / sheet))
    assert picture.shape == (8 * 256, 3 * 256, 3)


def test_photos_are_held_out_where_none_are_given(tmp_path):
    folder, run = colors.folder(tmp_path / "photos", 21), tmp_path / "run"
    assert main(command(folder, run, "--epochs", "1")) == 0
    (start,) = journal(run, "start")
    assert (start["photos"], start["check_photos"]) == (20, 1)


def test_training_ends_when_it_gets_no_better(tmp_path):
    folder, run = colors.folder(tmp_path / "photos", 4), tmp_path / "run"
    # At such a rate it soon gets worse.
    more = ["--rate", "1", "--patience", "2", "--check-every", "1", "--epochs", "50"]
    assert main(command(folder, run, "--check", str(folder), "--preset", "paper", *more)) == 0
    assert journal(run, "end")[0]["reason"] == "patience"
    assert journal(run, "end")[0]["step"] < 50


@pytest.mark.parametrize(
    "more", [["--data", "nowhere"], ["--resume", "nowhere"], ["--from", "nowhere.safetensors"]]
)
def test_command_says_what_is_wrong_in_one_line(tmp_path, capsys, more):
    folder = colors.folder(tmp_path / "photos", 1)
    assert main(command(folder, tmp_path / "run", *more)) == 1
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("train: ")
    assert "nowhere" in error
    assert not Path("nowhere").exists()


START = [sys.executable, "-m", "ml.resnet_gray.training.train"]
LONG = ["--epochs", "100000"]


def is_training(run: Path) -> bool:
    return (run / "metrics.jsonl").exists() and bool(journal(run, "step"))


@pytest.fixture
def training(tmp_path, monkeypatch):
    """A run that would go on for ever, under way."""
    monkeypatch.chdir(REPOSITORY)
    folder = colors.folder(tmp_path / "photos", 8)
    run = tmp_path / "run"
    process = subprocess.Popen([*START, *command(folder, run, *LONG)], stderr=subprocess.PIPE)
    wait_for(lambda: is_training(run), "the first steps")
    yield process, folder, run
    process.kill()
    process.wait()


def test_sigterm_saves_and_ends_with_a_clear_line(training, capsys):
    process, folder, run = training
    assert main(command(folder, run)) == 1  # a second writer is refused, in one line
    assert capsys.readouterr().err.strip().endswith(f"{run} is in use by process {process.pid}")

    process.terminate()
    stderr = process.communicate(timeout=120)[1].decode()
    assert process.returncode == 0
    assert "resume it with --resume" in stderr
    end = journal(run, "end")[-1]
    assert end["reason"] == "stopped"
    weights.load(run / end["file"])

    assert main(["--data", str(folder), "--resume", str(run), "--epochs", "1"]) == 0
    assert journal(run, "start")[-1]["resumed"]
    assert journal(run, "end")[-1]["step"] == end["step"]  # it was past one epoch already


def test_training_ends_with_the_process_that_started_it(tmp_path, monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    folder, run = colors.folder(tmp_path / "photos", 8), tmp_path / "run"
    train = [*START, *command(folder, run, *LONG, "--follow-parent")]
    # The starter waits, so that the training has a parent to lose.
    code = f"import subprocess; subprocess.run({train!r})"
    starter = subprocess.Popen([sys.executable, "-c", code])
    wait_for(lambda: is_training(run), "the first steps")
    starter.kill()
    starter.wait()
    wait_for(lambda: journal(run, "end"), "the training to end")
    assert journal(run, "end")[0]["reason"] == "stopped"


@pytest.mark.long
def test_two_processes_learn_what_one_learns_in_two_turns(tmp_path):
    """Gradients averaged over processes are those of the halves taken one after the other."""
    folder = colors.folder(tmp_path / "photos", 16)
    for preset in ("paper", "best"):
        more = ["--preset", preset, "--precision", "float32", "--epochs", "3", "--seed", "1"]
        one, two = tmp_path / f"{preset}-one", tmp_path / f"{preset}-two"
        subprocess.run([*START, *command(folder, one, *more, "--parts", "2")], check=True)
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        torchrun += ["--nproc-per-node", "2", "-m", "--", "ml.resnet_gray.training.train"]
        subprocess.run([*torchrun, *command(folder, two, *more, "--device", "cpu")], check=True)
        ours, theirs = (Run.read(RunFolder(run))["net"] for run in (two, one))
        # Batch normalization's running figures are the first process's own.
        learned = [name for name in ours if "running" not in name and "num_batches" not in name]
        for name in learned:
            assert torch.allclose(ours[name], theirs[name], atol=2e-4), name
        assert journal(two, "start")[0]["processes"] == 2


@pytest.mark.long
def test_killed_run_ends_as_the_uninterrupted_one(tmp_path):
    folder = colors.folder(tmp_path / "photos", 16)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    more = ["--epochs", "12", "--check", str(folder), "--check-every", "4"]
    subprocess.run([*START, *command(folder, whole, *more)], check=True)
    process = subprocess.Popen([*START, *command(folder, killed, *more)])
    wait_for((killed / "checkpoint.pt").exists, "a checkpoint")
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    subprocess.run(
        [*START, "--data", str(folder), "--resume", str(killed), "--threads", "1", *more[2:]],
        check=True,
    )
    curves = [
        {line["step"]: line["mse"] for line in journal(run, "check")} for run in (whole, killed)
    ]
    assert curves[1] == pytest.approx(curves[0], rel=1e-3)
    ours, theirs = (weights.load(f / "latest.safetensors")[0].state_dict() for f in (killed, whole))
    assert all(torch.allclose(ours[k], theirs[k], atol=1e-3) for k in ours)
