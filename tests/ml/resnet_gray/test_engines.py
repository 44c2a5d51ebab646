"""What colors on a CPU without PyTorch answers as PyTorch does."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

from ml.resnet_gray.network import graphs, tensors, weights
from ml.resnet_gray.network.cards import CardError, read_card, to_metadata
from ml.resnet_gray.network.networks import ResNetGrayUNet
from ml.resnet_gray.network.openvino_engine import FOLDER, OpenVinoEngine
from ml.resnet_gray.network.parts import Decoding
from ml.versions import catalog

SIZES = ((1, 1, 96, 64), (2, 1, 64, 160))
HINTS = np.array([[[0.3, 0.2, 40, -30, 3], [0.9, 0.97, -20, 50, 5]]], np.float32)


def shaken(path: Path, architecture: str, *, parts: bool) -> Path:
    """An untrained network in half precision, its statistics and last layers as after training."""
    net, card = weights.untrained(architecture)
    if isinstance(net, ResNetGrayUNet) and parts:
        net.add_hint_layers()
        net.add_vivid_head()
    torch.manual_seed(1)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            nn.init.uniform_(module.running_mean, -0.3, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 2)
    for name, value in net.named_parameters():
        if name.startswith(("hints", "vivid")):
            value.data += 0.01 * torch.randn_like(value)
    weights.save(path, net, {**card, "temperature": 0.5, "chroma": 1.2})
    return path


@pytest.fixture(
    scope="module",
    params=["shipped", "resnet-gray", "resnet-gray-unet", "without hint layers and vivid head"],
)
def file(request, tmp_path_factory) -> Path:
    if request.param == "shipped":
        return catalog.find("resnet-gray-unet")
    path = tmp_path_factory.mktemp("weights") / "net.safetensors"
    architecture = "resnet-gray" if request.param == "resnet-gray" else "resnet-gray-unet"
    return shaken(path, architecture, parts=request.param == architecture)


def lightness(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).uniform(0, 100, shape).astype(np.float32)


def engine(path: Path, parallel: int = 1) -> OpenVinoEngine:
    return OpenVinoEngine(path, read_card(path), parallel, precision="f32")


def test_answers_are_those_of_pytorch(file):
    ours = engine(file)
    net, card = weights.load(file)
    for shape in SIZES:
        for hints in [None, HINTS] if isinstance(net, ResNetGrayUNet) else [None]:
            light = lightness(shape)
            points = None if hints is None else np.repeat(hints, shape[0], axis=0)
            found = ours.encode(light)
            with torch.inference_mode():
                there = None if points is None else torch.from_numpy(points)
                prediction = net.predict(torch.from_numpy(light), there)
                expected = Decoding(net, card).looks(prediction)
            answers = list(ours.decode(found, points))
            if prediction.logits is not None:
                answers.append(ours.logits(found, points))
                expected = (*expected, prediction.logits)
            for answer, true in zip(answers, expected, strict=True):
                assert answer.shape == tuple(true.shape)
                assert np.abs(answer - true.numpy()).max() < 0.01  # of a Lab unit


def test_places_of_hints_are_exact_in_bfloat16_too():
    path = catalog.find("resnet-gray-unet")
    light = lightness((1, 1, 256, 768))
    exact, quick = (OpenVinoEngine(path, read_card(path), precision=p) for p in ("f32", "bf16"))
    found, expected = (e.decode(e.encode(light), HINTS)[1] for e in (quick, exact))
    assert np.abs(found - expected).max() < 1.5  # of a Lab unit; 4 where places are rounded


def test_version_may_have_colors_of_its_own(tmp_path):
    path = tmp_path / "net.safetensors"
    bins = torch.tensor([[0.0, 0.0], [30.0, 40.0], [-20.0, 10.0]])
    net = weights.build("resnet-gray-unet", bins).eval()
    weights.save(path, net, weights.new_card("resnet-gray-unet"))
    ours = engine(path)
    net, card = weights.load(path)
    light = lightness(SIZES[0])
    with torch.inference_mode():
        true = Decoding(net, card).looks(net.predict(torch.from_numpy(light)))[1]
    assert np.abs(ours.decode(ours.encode(light))[1] - true.numpy()).max() < 0.01


def large_files_in_memory() -> list[tuple[int, int]]:
    """Of each file without a name that is larger than a megabyte: kB mapped, and kB resident."""
    found = []
    for mapping in Path("/proc/self/smaps").read_text().split("VmFlags:"):
        if "(deleted)" in mapping:
            sizes = [
                int(line.split()[1])
                for line in mapping.splitlines()
                if line.startswith(("Size:", "Rss:"))
            ]
            found.append((sizes[0], sizes[1]))
    return [sizes for sizes in found if sizes[0] > 1000]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_weights_take_no_memory_beside_those_that_are_packed():
    path = catalog.find("resnet-gray-unet")
    ours = engine(path)
    ours.decode(ours.encode(lightness(SIZES[0])))
    found = large_files_in_memory()
    assert sum(size for size, _ in found) * 1000 > path.stat().st_size
    assert {resident for _, resident in found} == {0}


def test_threads_share_an_engine():
    ours = engine(catalog.find("resnet-gray"), parallel=2)
    photos = [lightness((1, 1, 64, 64 + 32 * n)) for n in range(4)]
    alone = [ours.decode(ours.encode(photo))[0] for photo in photos]
    with ThreadPoolExecutor(4) as threads:
        beside = list(threads.map(lambda photo: ours.decode(ours.encode(photo))[0], photos * 4))
    for expected, found in zip(alone * 4, beside, strict=True):
        assert np.array_equal(expected, found)


def test_weights_in_bfloat16_are_read(tmp_path):
    values = {"a": torch.tensor([1.5, -3.0, 1e30]).bfloat16(), "b": torch.ones(2, 3).half()}
    path = tmp_path / "some.safetensors"
    safetensors.torch.save_file(values, path)
    read = tensors.read(path)
    for name, value in values.items():
        assert read[name].dtype == np.float32
        assert np.array_equal(read[name], value.float().numpy())


@pytest.mark.parametrize("change", ["missing", "strange", "shape", "architecture"])
def test_weights_that_do_not_fit_are_refused(tmp_path, change):
    path = tmp_path / "net.safetensors"
    net, card = weights.load(catalog.find("resnet-gray"))
    values = dict(net.state_dict())
    match change:
        case "missing":
            del values["decoder.12.bias"]
        case "strange":
            values["more"] = torch.zeros(1)
        case "shape":
            values["decoder.12.bias"] = torch.zeros(3)
        case "architecture":
            card["architecture"] = "nobody"
    safetensors.torch.save_file(values, path, to_metadata(card))
    with pytest.raises(CardError):
        engine(path)


@pytest.mark.long
def test_graphs_are_those_of_the_networks():
    """After a change of a network: make graphs."""
    made = dict(graphs.make())
    assert made == {path.name: path.read_bytes() for path in FOLDER.iterdir()}


COLORIZE = """
import sys
sys.modules["torch"] = sys.modules["torchvision"] = None  # importing them fails from here on
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "colorize", *sys.argv[1:]])
"""


def test_openvino_tells_its_makers_nothing():
    code = (
        "import ml.resnet_gray.network.openvino_engine, openvino.tools.ovc.telemetry_utils as used;"
        "print(used.tm.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "openvino.tools.ovc.telemetry_stub\n"


@pytest.mark.parametrize("model", ["resnet-gray-unet", "resnet-gray"])
def test_photos_are_colored_where_pytorch_is_not_installed(tmp_path, model):
    photos = [str(path) for path in sorted((catalog.FOLDER.parent / "versions/samples").glob("*"))]
    hint = ["--hint", "0.5,0.5,#3050a0"] if model == "resnet-gray-unet" else []
    run = subprocess.run(
        [sys.executable, "-c", COLORIZE, *photos[:2], "-o", str(tmp_path), "--model", model, *hint],
        capture_output=True,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "colorweb.settings"},
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert len(list(tmp_path.iterdir())) == 2
