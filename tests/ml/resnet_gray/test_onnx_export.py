import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from django.core.management import CommandError, call_command

from ml.resnet_gray.network import weights
from ml.resnet_gray.network.networks import ResNetGrayUNet
from ml.resnet_gray.network.parts import HintedDecoder, TwoLooks


@pytest.mark.parametrize(
    "architecture", ["resnet-gray-unet", pytest.param("resnet-gray", marks=pytest.mark.long)]
)
def test_exported_network_answers_as_ours(tmp_path, architecture):
    path, target = tmp_path / "net.safetensors", tmp_path / "net.onnx"
    net, card = weights.untrained(architecture)
    weights.save(path, net, {**card, "temperature": 0.5, "chroma": 1.2})
    call_command("export", "--model", str(path), "-o", str(target))

    ours = TwoLooks(*weights.load(path)).eval()
    session = onnxruntime.InferenceSession(target, providers=["CPUExecutionProvider"])
    assert [out.name for out in session.get_outputs()] == ["regression", "decoded"]
    for shape in ((1, 1, 96, 64), (3, 1, 32, 160)):
        lightness = torch.rand(shape, generator=torch.Generator().manual_seed(0)) * 100
        theirs = session.run(None, {"lightness": lightness.numpy()})
        with torch.inference_mode():
            for answer, expected in zip(theirs, ours(lightness), strict=True):
                assert np.abs(answer - expected.numpy()).max() < 0.01  # of a Lab unit

    props = {prop.key: prop.value for prop in onnx.load(target).metadata_props}
    assert json.loads(props["card"])["temperature"] == 0.5
    assert props["stride"] == str(net.stride)


@pytest.mark.long
def test_exported_decoder_takes_hints(tmp_path):
    path, target = tmp_path / "net.safetensors", tmp_path / "net.onnx"
    net, card = weights.untrained()
    assert isinstance(net, ResNetGrayUNet)
    net.add_hint_layers()
    net.add_vivid_head()
    weights.save(path, net, card)
    call_command("export", "--model", str(path), "--hints", "-o", str(target))
    encoder, decoder = (
        onnxruntime.InferenceSession(tmp_path / f"net.{part}.onnx")
        for part in ("encoder", "decoder")
    )
    lightness = torch.rand(1, 1, 96, 64, generator=torch.Generator().manual_seed(0)) * 100
    hints = torch.tensor([[[0.3, 0.2, 40.0, -30.0, 3.0], [0.0, 0.0, 0.0, 0.0, 0.0]]])
    features = encoder.run(None, {"lightness": lightness.numpy()})
    inputs = {f"features{i}": value for i, value in enumerate(features)}
    theirs = decoder.run(None, {**inputs, "hints": hints.numpy()})
    with torch.inference_mode():
        ours = HintedDecoder(*weights.load(path)).eval()
        expected = ours.looks(ours.net.predict(lightness, hints))
    assert [out.name for out in decoder.get_outputs()] == ["regression", "decoded"]
    for answer, true in zip(theirs, expected, strict=True):
        assert np.abs(answer - true.numpy()).max() < 0.01  # of a Lab unit


@pytest.mark.parametrize("model", ["nobody", "nobody.safetensors"])
def test_unknown_model_is_one_line(tmp_path, model):
    with pytest.raises(CommandError, match="nobody"):
        call_command("export", "--model", model, "-o", str(tmp_path / "net.onnx"))
    assert not list(tmp_path.iterdir())
