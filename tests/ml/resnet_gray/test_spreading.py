"""How far hints spread."""

import safetensors.torch
import torch

from ml.imaging.hints import Hint
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.cards import ADDED, to_metadata
from ml.resnet_gray.network.networks import ResNetGrayUNet
from ml.resnet_gray.network.openvino_engine import OpenVinoEngine
from ml.resnet_gray.network.spread import CONSTANTS, spread
from ml.resnet_gray.training import spreading
from tests.ml import colors


def listening() -> ResNetGrayUNet:
    net, _ = weights.untrained()
    assert isinstance(net, ResNetGrayUNet)
    net.add_hint_layers()
    return net


def test_only_the_spread_learns(photos, monkeypatch):
    monkeypatch.setattr(spreading, "BATCH", 4)
    monkeypatch.setattr(spreading, "SIZE", 64)
    net = listening()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    spreading.teach(net, 0.5, photos)
    changed = {n for n, value in net.state_dict().items() if not torch.equal(value, before[n])}
    own = {name for name in before if name.startswith("hints.spread.")}
    assert changed == own


def test_each_of_many_hints_reaches_less_far():
    """Over places that are all alike."""
    features, scene = torch.ones(1, 8, 64, 64), torch.ones(1, 4, 16, 16)
    place = Hint(0.1, 0.1, 60, 0, radius=1)
    others = [Hint(0.9, y / 30, 0, 60, radius=1) for y in range(30)]
    alone, crowded = (
        spread(features, scene, torch.tensor([points])).apply(torch.zeros(1, 2, 64, 64))[0, 0]
        for points in ([place], [place, *others])
    )
    assert crowded[6, 6] > 59
    assert crowded[6, 20] < alone[6, 20] / 2


def test_hint_reaches_places_that_look_alike_in_the_scene_first():
    features = torch.ones(1, 8, 64, 64)
    scene = torch.ones(1, 4, 16, 16)
    scene[..., 8:] *= -1
    points = torch.tensor([[Hint(0.4, 0.5, 60, 0, radius=1)]])
    weight = spread(features, scene, points).weight[0, 0, 32]
    assert weight[10] > 2 * weight[42]  # as far away


def test_files_of_before_mean_what_a_network_begins_with(tmp_path):
    net = listening()
    weights.save(tmp_path / "new.safetensors", net, weights.new_card(net.architecture))
    values = safetensors.torch.load_file(tmp_path / "new.safetensors")
    older = {name: value for name, value in values.items() if name not in ADDED}
    assert len(values) - len(older) == len(ADDED)
    card = to_metadata(weights.new_card(net.architecture))
    safetensors.torch.save_file(older, tmp_path / "old.safetensors", card)
    loaded = weights.load(tmp_path / "old.safetensors")[0].state_dict()
    again = weights.load(tmp_path / "new.safetensors")[0].state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in again.items())
    points = torch.tensor([[Hint(0.3, 0.4, 30, -20)]]).numpy()
    lightness = torch.rand(1, 1, 64, 96).numpy() * 100
    answers = []
    for name in ("old", "new"):
        path = tmp_path / f"{name}.safetensors"
        engine = OpenVinoEngine(path, weights.read_card(path), precision="f32")
        answers.append(engine.decode(engine.encode(lightness), points)[1])
    assert (answers[0] == answers[1]).all()


def test_scales_are_times_the_constants():
    points = torch.tensor([[Hint(0.3, 0.4, 30, -20)]])
    features, scene = torch.rand(1, 8, 16, 16), torch.rand(1, 4, 4, 4)
    plain = spread(features, scene, points).weight
    assert torch.equal(spread(features, scene, points, torch.ones(len(CONSTANTS))).weight, plain)
    assert not torch.equal(spread(features, scene, points, torch.full((6,), 2.0)).weight, plain)


def test_command_writes_a_model(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(spreading, "SIZE", 64)
    monkeypatch.setattr(spreading, "BATCH", 4)
    folder = colors.folder(tmp_path / "photos", 4)
    model, target = tmp_path / "net.safetensors", tmp_path / "spread.safetensors"
    weights.save(model, listening(), weights.untrained()[1])
    arguments = [str(model), "--data", str(folder), "-o", str(target)]
    assert spreading.main(arguments) == 0
    assert weights.read_card(target) == weights.read_card(model)
    weights.save(model, *weights.untrained())
    assert spreading.main(arguments) == 1
    assert "no layers for hints" in capsys.readouterr().err
