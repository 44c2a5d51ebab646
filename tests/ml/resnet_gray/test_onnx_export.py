import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from django.core.management import CommandError, call_command

from ml.resnet_gray.network import weights
from ml.resnet_gray.network.export import TwoLooks


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


@pytest.mark.parametrize("model", ["nobody", "nobody.safetensors"])
def test_unknown_model_is_one_line(tmp_path, model):
    with pytest.raises(CommandError, match="nobody"):
        call_command("export", "--model", model, "-o", str(tmp_path / "net.onnx"))
    assert not list(tmp_path.iterdir())
