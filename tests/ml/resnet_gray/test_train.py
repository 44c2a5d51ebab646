import json
import math
from typing import Any

import pytest
import torch

from ml.resnet_gray.data import batches, data
from ml.resnet_gray.evaluation.checks import HeldOut
from ml.resnet_gray.evaluation.evaluate import evaluate
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.colorizer import Colorizer
from ml.resnet_gray.training.checking import Checks
from ml.resnet_gray.training.engine import Run
from ml.resnet_gray.training.recipes import PRESETS, Recipe
from ml.resnet_gray.training.run_folder import RunError, RunFolder
from tests.ml import colors


def tiny(preset: str = "best", **changes) -> Recipe:
    return PRESETS[preset].with_(**{"epochs": 3, "batch": 4, "sizes": ((0, 32),), **changes})


@pytest.fixture(scope="module")
def held_out(tmp_path_factory) -> HeldOut:
    paths = [colors.folder(tmp_path_factory.mktemp("photos"), 12)]
    return HeldOut(data.load(paths), paths)


@pytest.fixture(scope="module")
def photos(held_out) -> data.Photos:
    return held_out.photos


@pytest.fixture
def folder(tmp_path) -> RunFolder:
    return RunFolder(tmp_path)


@pytest.mark.parametrize("preset", ["best", "paper"])
def test_network_learns(photos, held_out, folder, preset):
    run = Run(tiny(preset, epochs=6), photos, folder)
    checks = Checks(run, held_out)
    untrained = checks.check()
    while run.progress < 1:
        assert all(map(math.isfinite, run.advance().values()))
    trained = checks.check()
    assert trained["mse"] < 0.7 * untrained["mse"]
    assert trained["loss"] < untrained["loss"]


def test_hints_are_taught_without_a_change_to_the_rest(photos, folder):
    base, _ = weights.untrained()
    before = {name: value.clone() for name, value in base.state_dict().items()}
    run = Run(tiny("hints"), photos, folder, base=base)
    new = {name: value.clone() for name, value in run.net.state_dict().items()}
    for _ in range(3):
        assert math.isfinite(run.advance()["loss"])
    after = run.net.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    added = set(new) - set(before)
    assert {name.split(".")[0] for name in added} == {"hints"}
    changed = {name for name in added if not torch.equal(after[name], new[name])}
    assert "hints.at4.layers.2.weight" in changed


def test_network_with_hint_layers_learns_with_hints(photos, folder):
    base = weights.build("resnet-gray-unet", hints=True)
    run = Run(tiny(), photos, folder, base=base)
    assert math.isfinite(run.advance()["loss"])
    learned = dict(run.net.named_parameters())
    assert learned["hints.spread.scales"].grad is not None


def test_a_check_says_what_evaluate_says_of_the_file_that_would_ship(photos, held_out, folder):
    run = Run(tiny(), photos, folder)
    checked = Checks(run, held_out).check()
    colorizer = Colorizer(folder.weights("latest"), "cpu")
    measured = evaluate(colorizer, held_out.data, each=True)
    assert checked["each"] == measured["each"]
    assert checked["mse"] == pytest.approx(measured["mean"]["mse"], abs=1e-6)
    for figure, value in checked["shown"].items():
        assert value == pytest.approx(measured["shown"][figure], abs=1e-3), figure
    assert (checked["size"], checked["photos"]) == (colorizer.default_size, 12)
    assert folder.weights("best").read_bytes() == folder.weights("latest").read_bytes()


def test_resumed_run_goes_on_as_it_would_have(photos, folder):
    first = Run(tiny(), photos, folder)
    for _ in range(4):
        first.advance()
    first.save()
    expected = [first.advance()["loss"] for _ in range(3)]
    resumed = Run(tiny(), photos, folder)
    resumed.resume(Run.read(folder))
    assert resumed.step == 4
    assert [resumed.advance()["loss"] for _ in range(3)] == pytest.approx(expected, rel=1e-5)
    ours, theirs = resumed.result.state_dict(), first.result.state_dict()
    assert all(torch.allclose(ours[k], theirs[k], atol=1e-5) for k in ours)


def test_resuming_on_other_photos_is_refused(photos, tmp_path, folder):
    Run(tiny(), photos, folder).save()
    others = data.load([colors.folder(tmp_path / "others", 4)])
    with pytest.raises(RunError, match="other photos"):
        Run(tiny(), others, folder).resume(Run.read(folder))


def test_recipe_survives_a_checkpoint():
    recipe = tiny(minutes=2.5)
    assert Recipe.from_dict(json.loads(json.dumps(recipe.as_dict()))) == recipe


def test_bins_are_those_of_the_photos(photos, folder):
    net: Any = Run(tiny(), photos, folder).net
    assert 2 < len(net.bins) < 60


def test_base_model_is_what_a_run_goes_on_from(photos, folder):
    base, _ = weights.untrained()
    before = {name: value.clone() for name, value in base.state_dict().items()}
    run = Run(tiny(), photos, folder, base=base)
    assert all(torch.equal(value, before[name]) for name, value in run.net.state_dict().items())


def test_step_in_parts_takes_the_gradients_of_the_whole(photos, folder):
    """Batch normalization sees each part alone: with a network without, it is the same step."""

    def step(parts: int) -> torch.Tensor:
        run = Run(tiny("paper", parts=parts), photos, folder, bfloat16=False)
        for module in run.net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.forward = lambda x: x  # type: ignore[method-assign, assignment]
        run.advance()
        return torch.cat([p.grad.flatten() for p in run.net.parameters() if p.grad is not None])

    whole, halves = step(1), step(2)
    assert torch.allclose(halves, whole, atol=1e-4 * float(whole.abs().max()))


def test_recipe_changes_size_on_its_way():
    recipe = tiny(sizes=((0, 128), (0.75, 160)))
    assert [recipe.size_at(p) for p in (0, 0.74, 0.75, 1)] == [128, 128, 160, 160]


def test_network_works_in_the_middle_of_the_sizes_it_saw():
    assert [batches.size_learned(size) for size in (32, 96, 128, 160, 192, 224, 320, 512)] == [
        32, 128, 192, 224, 256, 256, 320, 512,
    ]  # fmt: skip


def test_rate_warms_up_and_falls(photos, folder):
    run = Run(tiny(), photos, folder)
    rates = [run.rate_at(p) for p in (0, 0.04, 0.5, 1)]
    assert rates[0] < 0.01
    assert rates[1] == pytest.approx(1)
    assert rates[1] > rates[2] > rates[3]
