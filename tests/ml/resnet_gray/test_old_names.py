"""Files that version 0.1 wrote are read under today's names."""

import json

import pytest
import safetensors.torch
import torch

from ml.resnet_gray.data import data
from ml.resnet_gray.evaluation import curves
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.cards import read_card
from ml.resnet_gray.old_names import renamed
from ml.resnet_gray.training.engine import Run
from ml.resnet_gray.training.recipes import PRESETS
from ml.resnet_gray.training.run_folder import RunFolder
from ml.versions import catalog
from tests.ml import colors


def test_keys_are_renamed_at_every_depth_and_values_stay():
    card = {"licence": "grey", "metrics": {"of_grey": 0.5, "mse": 1}}
    assert renamed(card) == {"license": "grey", "metrics": {"of_gray": 0.5, "mse": 1}}


def in_old_form(run: Run) -> dict:
    """A checkpoint as version 0.1 saved it."""
    return {
        "net": run.net.state_dict(),
        "average": run.average and run.average.module.state_dict(),
        "average_count": run.average and int(run.average.n_averaged),
        "optimiser": run.optimizer.state_dict(),
        "step": run.step,
        "elapsed": run.elapsed,
        "best": run.best,
        "worse": run.worse,
        "photos": run.fingerprint,
        "recipe": run.recipe.as_dict(),
    }


@pytest.mark.parametrize("preset", ["best", "paper"])
def test_a_half_trained_run_goes_on_exactly_as_it_would_have(tmp_path, preset):
    photos = data.load([colors.folder(tmp_path / "photos", 12)])
    recipe = PRESETS[preset].with_(epochs=3, batch=4, sizes=((0, 32),))
    folder = RunFolder(tmp_path)
    first = Run(recipe, photos, folder)
    for _ in range(4):
        first.advance()
    torch.save(in_old_form(first), folder.checkpoint)
    losses = [first.advance()["loss"] for _ in range(2)]

    resumed = Run(recipe, photos, folder)
    resumed.resume(Run.read(folder))
    assert [resumed.advance()["loss"] for _ in range(2)] == losses
    ours, theirs = resumed.result.state_dict(), first.result.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_the_journal_of_an_old_run_is_drawn(tmp_path):
    checks = [(0.5, 0.9), (1.0, 0.8)]
    lines = [
        {"event": "check", "step": i, "epoch": epoch, "of_grey": error}
        for i, (epoch, error) in enumerate(checks)
    ]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert curves.read(tmp_path) == checks


def test_an_old_model_card_has_its_license(tmp_path):
    net, card = weights.untrained("resnet-gray")
    old = {key: value for key, value in card.items() if key != "license"} | {"licence": "MIT"}
    values = {name: value.contiguous() for name, value in net.state_dict().items()}
    safetensors.torch.save_file(values, tmp_path / "old.safetensors", {"card": json.dumps(old)})
    assert read_card(tmp_path / "old.safetensors") == card | {"license": "MIT"}


def test_the_models_that_ship_have_their_license():
    assert all("for research" in card["license"] for card in catalog.shipped())
