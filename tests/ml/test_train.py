import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from ml.resnet_gray import data, weights
from ml.resnet_gray.engine import Run
from ml.resnet_gray.recipes import PRESETS, Recipe
from ml.resnet_gray.train import main
from tests.ml import colours
from tests.waiting import wait_for


def tiny(preset: str = "best", **changes) -> Recipe:
    return PRESETS[preset].with_(**{"epochs": 3, "batch": 4, "sizes": ((0, 32),), **changes})


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> data.Photos:
    return data.load([colours.folder(tmp_path_factory.mktemp("photos"), 12)])


@pytest.mark.parametrize("preset", ["best", "paper"])
def test_network_learns(photos, tmp_path, preset):
    run = Run(tiny(preset, epochs=6), photos, tmp_path)
    untrained = run.check(photos, 64)["mse"]
    while run.progress < 1:
        assert all(map(math.isfinite, run.advance().values()))
    assert run.check(photos, 64)["mse"] < untrained / 2


def test_resumed_run_goes_on_as_it_would_have(photos, tmp_path):
    first = Run(tiny(), photos, tmp_path)
    for _ in range(4):
        first.advance()
    first.save()
    expected = [first.advance()["loss"] for _ in range(3)]
    resumed = Run(tiny(), photos, tmp_path)
    assert resumed.resume()
    assert resumed.step == 4
    assert [resumed.advance()["loss"] for _ in range(3)] == pytest.approx(expected, rel=1e-5)
    ours, theirs = resumed.result.state_dict(), first.result.state_dict()
    assert all(torch.allclose(ours[k], theirs[k], atol=1e-5) for k in ours)


def test_resuming_on_other_photos_is_refused(photos, tmp_path):
    run = Run(tiny(), photos, tmp_path / "run")
    run.folder.mkdir()
    run.save()
    others = data.load([colours.folder(tmp_path / "others", 4)])
    with pytest.raises(data.DataError, match="other photos"):
        Run(tiny(), others, run.folder).resume()


def test_bins_are_those_of_the_photos(photos, tmp_path):
    net: Any = Run(tiny(), photos, tmp_path).net
    assert 2 < len(net.bins) < 60


def test_recipe_changes_size_on_its_way():
    recipe = tiny(sizes=((0, 128), (0.75, 160)))
    assert [recipe.size_at(p) for p in (0, 0.74, 0.75, 1)] == [128, 128, 160, 160]


def test_rate_warms_up_and_falls(photos, tmp_path):
    run = Run(tiny(), photos, tmp_path)
    rates = [run.rate_at(p) for p in (0, 0.04, 0.5, 1)]
    assert rates[0] < 0.01
    assert rates[1] == pytest.approx(1)
    assert rates[1] > rates[2] > rates[3]


def command(folder: Path, run: Path, *more: str) -> list[str]:
    return [
        "--data", str(folder), "--run", str(run),
        "--epochs", "2", "--batch", "4", "--size", "32", "--threads", "1", *more,
    ]  # fmt: skip


def test_command_trains_and_leaves_a_model(tmp_path, capsys):
    folder = colours.folder(tmp_path / "photos", 8)
    assert main(command(folder, tmp_path / "run", "--check", str(folder))) == 0
    path = Path(capsys.readouterr().out.strip())
    net, card = weights.load(path)
    assert card["architecture"] == net.architecture == "resnet-gray-unet"
    assert card["trained_on"].startswith("8 photos")
    lines = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").open()]
    assert [line["event"] for line in lines] == ["start", "check", "check", "end"]
    assert lines[-1]["progress"] == 1


@pytest.mark.parametrize("more", [["--data", "nowhere"], ["--resume", "nowhere"]])
def test_command_says_what_is_wrong_in_one_line(tmp_path, capsys, more):
    folder = colours.folder(tmp_path / "photos", 1)
    assert main(command(folder, tmp_path / "run", *more)) == 1
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("train: ")
    assert "nowhere" in error


@pytest.mark.long
def test_killed_run_ends_as_the_uninterrupted_one(tmp_path):
    folder = colours.folder(tmp_path / "photos", 16)
    start = [sys.executable, "-m", "ml.resnet_gray.train"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run([*start, *command(folder, whole, "--epochs", "12")], check=True)
    process = subprocess.Popen([*start, *command(folder, killed, "--epochs", "12")])
    wait_for((killed / "checkpoint.pt").exists, "a checkpoint")
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    resume = command(folder, killed, "--epochs", "12", "--resume", str(killed))
    subprocess.run([*start, *resume], check=True)
    ours, theirs = (weights.load(f / "latest.safetensors")[0].state_dict() for f in (killed, whole))
    assert all(torch.allclose(ours[k], theirs[k], atol=1e-3) for k in ours)
