import pytest
import safetensors.torch
import torch
from torch import nn

from ml.resnet_gray.data import data
from ml.resnet_gray.evaluation.classify import accuracy, classifier, main
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.networks import STEM
from ml.resnet_gray.network.resnet import encoder_layers
from tests.ml import colors

CLASSES = 7


@pytest.fixture(scope="module")
def state():
    torch.manual_seed(0)
    net = encoder_layers((*STEM, "layer1", "layer2", "layer3", "layer4"))
    net.add_module("fc", nn.Linear(512, CLASSES))
    return net.state_dict()


@pytest.fixture
def folder(tmp_path):
    """Seven classes of two landscapes each."""
    for label in range(CLASSES):
        colors.folder(tmp_path / f"class-{label}", 2)
    return tmp_path


def with_answers(state, *order: int):
    """The classifier that always names these classes first, in this order."""
    bias = torch.zeros(CLASSES)
    for place, label in enumerate(order):
        bias[label] = 100 - place
    return {**state, "fc.weight": torch.zeros_like(state["fc.weight"]), "fc.bias": bias}


def test_accuracy_counts_the_first_and_the_first_five(state, folder):
    found = accuracy(classifier(with_answers(state, 3, 0, 1, 2, 4, 5, 6)), folder)
    assert found == {"photos": 14, "broken": 0, "top1": 2 / 14, "top5": 10 / 14}


def test_broken_photo_is_counted(state, folder):
    (folder / "class-0" / "broken.jpg").write_text("no")
    assert accuracy(classifier(state), folder)["broken"] == 1


def test_encoder_may_be_that_of_a_coloring_network(state):
    net, _ = weights.untrained()
    mixed, own = (m.state_dict() for m in (classifier(state, net.encoder.state_dict()), net))
    assert torch.equal(mixed["layer3.0.conv1.weight"], own["encoder.layer3.0.conv1.weight"])
    assert torch.equal(mixed["layer4.0.conv1.weight"], state["layer4.0.conv1.weight"])


def test_weights_without_the_last_layers_are_refused(state, folder, tmp_path, capsys):
    short = {k: v for k, v in state.items() if not k.startswith(("layer4", "fc"))}
    safetensors.torch.save_file(short, tmp_path / "short.safetensors")
    arguments = ["--data", str(folder), "--weights", str(tmp_path / "short.safetensors")]
    assert main(arguments) == 1
    assert capsys.readouterr().err == (
        "classify: these weights are no classifier: layer4 or fc is missing\n"
    )


def test_classes_must_be_those_of_the_network(state, tmp_path):
    with pytest.raises(data.DataError, match="0 classes, the network answers 7"):
        accuracy(classifier(state), tmp_path)


def test_command_prints_both_shares(state, folder, tmp_path, capsys):
    safetensors.torch.save_file(with_answers(state, 0), tmp_path / "resnet18.safetensors")
    assert main(["--data", str(folder), "--weights", str(tmp_path / "resnet18.safetensors")]) == 0
    assert capsys.readouterr().out.startswith("14 photos, 0 broken: top-1 14.3%")
