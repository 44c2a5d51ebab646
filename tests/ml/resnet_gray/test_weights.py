import subprocess
import sys
from typing import Any

import pytest
import torch

from ml.resnet_gray.network import cards, weights


@pytest.mark.parametrize("architecture", ["resnet-gray", "resnet-gray-unet"])
def test_saved_network_is_loaded_again(tmp_path, architecture):
    net, card = weights.untrained(architecture)
    path = tmp_path / "net.safetensors"
    weights.save(path, net, {**card, "temperature": 0.5})
    loaded, read = weights.load(path)
    assert read == {**card, "temperature": 0.5}
    for name, value in loaded.state_dict().items():
        assert torch.allclose(value, net.state_dict()[name], rtol=1e-3, atol=1e-6), name
    lightness = torch.rand(1, 1, 64, 64) * 100
    with torch.inference_mode():
        difference = loaded.predict(lightness).ab - net.predict(lightness).ab
    assert difference.abs().max() < 0.5  # of a Lab unit


def test_network_comes_back_with_its_own_bins(tmp_path):
    bins = torch.tensor([[0.0, 0.0], [30.0, -10.0], [-40.0, 20.0]])
    net = weights.build("resnet-gray-unet", bins)
    weights.save(tmp_path / "net.safetensors", net, weights.new_card("resnet-gray-unet"))
    loaded: Any = weights.load(tmp_path / "net.safetensors")[0]
    assert torch.equal(loaded.bins, bins)


def test_shipped_size_stays_under_30_mb(tmp_path):
    path = tmp_path / "net.safetensors"
    weights.save(path, *weights.untrained())
    assert path.stat().st_size < 30_000_000


def test_card_is_read_without_torch(tmp_path):
    path = tmp_path / "net.safetensors"
    weights.save(path, *weights.untrained())
    code = (
        "import sys; from ml.resnet_gray.network.cards import read_card;"
        f"assert read_card({str(path)!r})['name'] == 'resnet-gray-unet';"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("content", [b"", b"no", b"\xff" * 64, b"\x02" + b"\0" * 7 + b"{}"])
def test_file_that_is_no_model_is_refused(tmp_path, content):
    path = tmp_path / "net.safetensors"
    path.write_bytes(content)
    with pytest.raises(cards.CardError):
        cards.read_card(path)


def test_reader_never_finds_half_a_file(tmp_path):
    path = tmp_path / "net.safetensors"
    weights.save(path, *weights.untrained(seed=1))
    weights.save(path, *weights.untrained(seed=2))
    assert [p.name for p in tmp_path.iterdir()] == ["net.safetensors"]
