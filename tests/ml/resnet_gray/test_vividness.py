"""How vivid to be where."""

import pytest
import torch

from ml.resnet_gray.evaluation.metrics import colorfulness as measured
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.lab import lab_to_rgb
from ml.resnet_gray.network.networks import ResNetGrayUNet
from ml.resnet_gray.network.vivid import VividHead
from ml.resnet_gray.training import vividness
from tests.ml import colors


def unet() -> ResNetGrayUNet:
    net, _ = weights.untrained()
    assert isinstance(net, ResNetGrayUNet)
    return net


def test_untrained_head_changes_nothing():
    net = unet()
    lightness = torch.rand(1, 1, 64, 96) * 100
    with torch.inference_mode():
        before = net.predict(lightness).decoded(net.bins, 0.5)
        net.add_vivid_head()
        after = net.predict(lightness).decoded(net.bins, 0.5)
    assert torch.allclose(before, after, atol=1e-4)


def test_only_the_head_learns(photos, monkeypatch):
    monkeypatch.setattr(vividness, "BATCH", 4)
    monkeypatch.setattr(vividness, "SIZE", 64)
    net = unet()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    vividness.teach(net, 0.5, photos, epochs=1)
    after = net.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert net.vivid is not None
    assert any(value.detach().any() for value in net.vivid.layers[2].parameters())


def test_calmed_head_lies_between_the_regression_and_what_it_learned():
    head = VividHead(8)
    torch.manual_seed(0)
    for value in head.parameters():
        value.data = torch.randn_like(value)
    features = torch.randn(1, 8, 6, 6)
    with torch.inference_mode():
        learned = head(features)
        head.calm(0.25)
        calmed = head(features)
    regression = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)
    assert torch.allclose(calmed, 0.25 * learned + 0.75 * regression, atol=1e-4)


def test_head_is_saved_and_loaded(tmp_path):
    net, card = weights.untrained()
    assert isinstance(net, ResNetGrayUNet)
    net.add_vivid_head()
    weights.save(tmp_path / "net.safetensors", net, card)
    loaded, _ = weights.load(tmp_path / "net.safetensors")
    assert isinstance(loaded, ResNetGrayUNet)
    assert loaded.vivid is not None


def test_wrong_colors_cost_more_than_right_ones():
    truth = torch.zeros(1, 2, 8, 8)
    truth[..., 4:] = 30
    lightness = torch.full((1, 1, 8, 8), 60.0)
    right = vividness.objective(lightness, truth, truth)
    gray = vividness.objective(lightness, torch.zeros_like(truth), truth)
    loud = vividness.objective(lightness, torch.full_like(truth, 30), truth)
    assert right < 0.1
    assert min(gray, loud) > 1


def test_colorfulness_is_that_of_the_figures():
    lightness, ab = torch.rand(2, 1, 16, 16) * 100, torch.randn(2, 2, 16, 16) * 20
    rgb = (lab_to_rgb(torch.cat((lightness, ab), 1)) * 255).permute(0, 2, 3, 1).numpy()
    expected = [measured(photo) for photo in rgb]
    assert vividness.colorfulness(lightness, ab).tolist() == pytest.approx(expected, rel=1e-3)


def test_command_writes_a_model(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(vividness, "SIZE", 32)
    monkeypatch.setattr(vividness, "BATCH", 4)
    folder = colors.folder(tmp_path / "photos", 4)
    model, target = tmp_path / "net.safetensors", tmp_path / "vivid.safetensors"
    weights.save(model, *weights.untrained())
    arguments = [str(model), "--data", str(folder), "--epochs", "1", "-o", str(target)]
    assert vividness.main(arguments) == 0
    assert weights.read_card(target) == weights.read_card(model)
    weights.save(model, *weights.untrained("resnet-gray"))
    assert vividness.main(arguments) == 1
    assert "no distribution" in capsys.readouterr().err
