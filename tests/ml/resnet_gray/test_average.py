import torch

from ml.resnet_gray.network import weights
from ml.resnet_gray.training.average import main
from tests.ml import colors


def save(path, architecture="resnet-gray-unet", seed=0):
    weights.save(path, *weights.untrained(architecture, seed))
    return str(path)


def test_mean_lies_between_the_two(tmp_path):
    first, second = save(tmp_path / "a.safetensors"), save(tmp_path / "b.safetensors", seed=1)
    target = tmp_path / "mean.safetensors"
    assert main([first, second, "--share", "0.25", "-o", str(target)]) == 0
    ours, a, b = (
        weights.load(path)[0].state_dict()["to_ab.weight"] for path in (target, first, second)
    )
    assert torch.allclose(ours, 0.75 * a + 0.25 * b, atol=1e-3)


def test_decoding_of_the_mean_is_chosen_on_held_out_photos(tmp_path):
    first, second = save(tmp_path / "a.safetensors"), save(tmp_path / "b.safetensors", seed=1)
    target, folder = tmp_path / "mean.safetensors", str(colors.folder(tmp_path / "photos", 2))
    assert main([first, second, "-o", str(target), "--data", folder, "--check", folder]) == 0
    assert weights.read_card(target)["temperature"] in (0.3, 0.4, 0.5, 0.7, 1.0)


def test_models_of_two_kinds_are_refused(tmp_path, capsys):
    first, second = (
        save(tmp_path / "a.safetensors"),
        save(tmp_path / "b.safetensors", "resnet-gray"),
    )
    assert main([first, second, "-o", str(tmp_path / "mean.safetensors")]) == 1
    assert "not of one kind" in capsys.readouterr().err
