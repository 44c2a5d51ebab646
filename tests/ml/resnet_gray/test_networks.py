import subprocess
import sys
from typing import Any

import pytest
import torch

from ml.resnet_gray.network import weights
from ml.resnet_gray.network.networks import STEM, ResNetGray, initialize_as_paper
from ml.resnet_gray.network.resnet import encoder_layers, sum_to_gray


@pytest.fixture
def resnet18() -> Any:
    """torchvision's, with random values."""
    from torchvision import models  # noqa: PLC0415 - seconds, which every process of tests would pay

    return models.resnet18()


@pytest.mark.parametrize(
    ("architecture", "shape", "quarter"),
    [("resnet-gray", (104, 72), 1), ("resnet-gray-unet", (96, 64), 4)],
)
def test_prediction_has_the_promised_shape(architecture, shape, quarter):
    net: Any = weights.untrained(architecture)[0]
    with torch.inference_mode():
        ab, logits, *_ = net.predict(torch.rand(2, 1, *shape) * 100)
    small = (shape[0] // quarter, shape[1] // quarter)
    assert ab.shape == (2, 2, *small)
    if architecture == "resnet-gray":
        assert logits is None
    else:
        assert logits.shape == (2, len(net.bins), *small)


def test_papers_network_is_resnet18_up_to_layer2(resnet18):
    net = ResNetGray()
    encoder = sum(p.numel() for p in net.encoder.parameters())
    reference = list(resnet18.children())[:6]
    expected = sum(p.numel() for layer in reference for p in layer.parameters())
    assert encoder == expected - 2 * 64 * 7 * 7  # one channel in instead of three
    assert round(sum(p.numel() for p in net.parameters()) / 1e6, 2) == 0.95


@pytest.mark.parametrize("architecture", ["resnet-gray", "resnet-gray-unet"])
def test_pretrained_filters_are_summed_over_rgb(architecture, resnet18):
    state = resnet18.state_dict()
    net: Any = weights.build(architecture, pretrained=state)
    assert torch.equal(net.encoder.conv1.weight, sum_to_gray(state["conv1.weight"]))
    assert torch.equal(net.encoder.layer1[0].conv1.weight, state["layer1.0.conv1.weight"])


def test_encoder_answers_as_torchvisions_resnet18(resnet18):
    theirs = resnet18.eval()
    layers = (*STEM, "layer1", "layer2", "layer3", "layer4")
    ours = encoder_layers(layers, theirs.state_dict()).eval()
    gray = torch.rand(2, 1, 96, 64)
    with torch.inference_mode():
        expected = torch.nn.Sequential(*list(theirs.children())[:8])(gray.expand(2, 3, 96, 64))
        assert torch.allclose(ours(gray), expected, rtol=1e-4, atol=1e-4)


def test_gray_filters_answer_gray_as_rgb_filters_do():
    weight = torch.randn(4, 3, 7, 7)
    gray = torch.rand(1, 1, 20, 20)
    ours = torch.nn.functional.conv2d(gray, sum_to_gray(weight))
    theirs = torch.nn.functional.conv2d(gray.expand(1, 3, 20, 20), weight)
    assert torch.allclose(ours, theirs, atol=1e-4)


def test_papers_initialization_lies_within_half():
    net = initialize_as_paper(ResNetGray())
    kernels = torch.cat([p.flatten() for p in net.parameters() if p.dim() == 4])
    assert kernels.abs().max() <= 0.5
    assert kernels.std().item() == pytest.approx(1 / 12**0.5, abs=0.01)  # of a uniform width of 1


def test_photo_does_not_depend_on_its_batch_mates():
    net, _ = weights.untrained()
    photos = torch.rand(3, 1, 64, 64) * 100
    with torch.inference_mode():
        alone = net.predict(photos[1:2]).ab
        together = net.predict(photos).ab[1:2]
    assert torch.allclose(alone, together, atol=1e-4)


def test_same_seed_same_network():
    first, second = (weights.untrained(seed=7)[0].state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_importing_the_package_needs_neither_torch_nor_django():
    code = (
        "import sys, ml.resnet_gray, ml.resnet_gray.network.cards;"
        "assert not {'torch', 'django'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
