import json
from typing import Any

import cv2
import pytest
import torch
from django.core.management import CommandError, call_command

from ml.resnet_gray.data import data
from ml.resnet_gray.evaluation.calibrate import Candidate, Decoding, calibrate, choose
from ml.resnet_gray.evaluation.evaluate import main
from ml.resnet_gray.network import weights
from tests.ml import colors

FIGURES = {
    "mse", "psnr", "ssim", "colorfulness", "colorfulness_diff", "within_10", "within_20", "auc",
    "false_color", "tinted", "left_gray",
}  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "net.safetensors"
    net, card = weights.untrained()
    weights.save(path, net, {**card, "default_size": 64, "mean_ab": [3.0, 7.0]})
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return colors.folder(tmp_path_factory.mktemp("photos"), 5)


def test_json_is_the_promised_object(model, folder, capsys):
    call_command("evaluate", "--data", str(folder), "--model", str(model), "--json")
    figures = json.loads(capsys.readouterr().out)
    assert set(figures) == {
        "model", "photos", "broken", "size", "ms_per_photo", "truth",
        "gray", "constant", "mean", "shown",
    }  # fmt: skip
    assert figures["photos"] == 5
    assert figures["size"] == 64
    assert set(figures["truth"]) == {"colorfulness"}
    assert all(set(figures[way]) == FIGURES for way in ("gray", "constant", "mean", "shown"))


def test_hints_are_measured(model, folder, capsys):
    arguments = ["--data", str(folder), "--model", str(model), "--limit", "2", "--json"]
    main([*arguments, "--hints", "1,3,10"])
    figures = json.loads(capsys.readouterr().out)
    assert {k: set(ways) for k, ways in figures["hinted"].items()} == {
        "1": {"random", "corrective"}, "3": {"random", "corrective"}, "10": {"random"},
    }  # fmt: skip
    assert all(set(m) == FIGURES for ways in figures["hinted"].values() for m in ways.values())
    assert figures["hinted"]["10"]["random"]["mse"] < figures["shown"]["mse"]
    assert 0 <= figures["suggested"] <= 1
    assert "suggested_fixed" not in figures
    main([*arguments, "--hints", "1,3,10"])
    again = json.loads(capsys.readouterr().out)
    assert again["hinted"] == figures["hinted"]


def test_fixed_suggestions_are_the_cards(model, folder, tmp_path, capsys):
    net, card = weights.load(model)
    path = tmp_path / "net.safetensors"
    everywhere = [[a, b] for a in range(-120, 121, 10) for b in range(-120, 121, 10)]
    weights.save(path, net, {**card, "common_colors": everywhere})
    main(["--data", str(folder), "--model", str(path), "--hints", "1", "--json"])
    assert json.loads(capsys.readouterr().out)["suggested_fixed"] == 1


def test_hints_need_a_network_that_takes_them(folder, tmp_path, capsys):
    path = tmp_path / "net.safetensors"
    weights.save(path, *weights.untrained("resnet-gray"))
    assert main(["--data", str(folder), "--model", str(path), "--hints", "1"]) == 1
    assert "does not take hints" in capsys.readouterr().err


def test_kinds_are_those_of_the_index_beside_the_photos(model, tmp_path, capsys):
    photos = colors.folder(tmp_path / "photos", 3)
    files = {p.name: p.read_bytes() for p in photos.iterdir()}
    (tmp_path / "index.csv").write_text("name,kind\n000.png,road\n001.png,food\n002,road\n")
    tar = colors.tar(tmp_path / "val.tar", files)
    main(["--data", str(tar), "--model", str(model), "--json"])
    figures = json.loads(capsys.readouterr().out)
    kinds = figures["kinds"]
    assert {kind: ways["photos"] for kind, ways in kinds.items()} == {"food": 1, "road": 2}
    assert set(kinds["road"]["mean"]) == FIGURES
    together = (kinds["food"]["gray"]["mse"] + 2 * kinds["road"]["gray"]["mse"]) / 3
    assert together == pytest.approx(figures["gray"]["mse"], abs=2e-6)
    main(["--data", str(tar), "--model", str(model)])
    assert "road: 2 photos" in capsys.readouterr().out


def test_gray_is_measured_as_gray(model, folder, capsys):
    main(["--data", str(folder), "--model", str(model), "--json"])
    figures = json.loads(capsys.readouterr().out)
    assert figures["gray"]["colorfulness"] < 0.5  # rounding to 8 bits
    photos = data.load([folder])
    assert figures["gray"]["mse"] == pytest.approx(
        sum(
            ((p[..., 1:].astype(float) - 128) ** 2).mean() / 255**2
            for p in map(photos.lab.__getitem__, range(5))
        )
        / 5,
        rel=0.02,
    )


def test_sheet_shows_gray_ours_and_true(model, folder, tmp_path, capsys):
    sheet = tmp_path / "sheet.png"
    main(["--data", str(folder), "--model", str(model), "--limit", "3", "--sheet", str(sheet)])
    picture: Any = cv2.imread(str(sheet))
    assert picture.shape == (3 * 192, 10 * 192, 3)
    assert "3 photos at 64 px" in capsys.readouterr().out


def test_broken_photo_is_counted_not_fatal(model, tmp_path, capsys):
    folder = colors.folder(tmp_path, 2)
    (folder / "broken.jpg").write_text("no")
    assert main(["--data", str(folder), "--model", str(model), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["broken"] == 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--data", "nowhere"], "nowhere: no such folder"),
        (["--model", "nobody"], "nobody"),
        (["--model", "nobody.safetensors"], "nobody.safetensors"),
    ],
)
def test_error_is_one_line_and_a_status(model, folder, more, message):
    arguments = ["--data", str(folder), "--model", str(model), *more]
    with pytest.raises(CommandError, match=message):
        call_command("evaluate", *arguments)


def test_missing_model_ends_with_status_1(folder, capsys):
    assert main(["--data", str(folder), "--model", "nobody.safetensors"]) == 1
    assert capsys.readouterr().err.startswith("evaluate: ")


def setting(colorfulness, nearly_right, mse):
    return Candidate(Decoding(0.0, 1.0), colorfulness, nearly_right, mse)


def test_calibration_takes_the_least_error_among_the_colorful_enough():
    pale, good, loud = setting(0.5, 0.1, 1), setting(0.9, 0.05, 2), setting(1.1, 0.04, 3)
    assert choose([pale, good, loud], 0.88) is good


def test_calibration_never_has_fewer_pixels_right_than_a_constant_color():
    pale, wrong = setting(0.7, 0.02, 1), setting(0.9, -0.01, 2)
    assert choose([pale, wrong], 0.88) is pale


def test_calibration_of_an_untrained_network_ends(folder):
    photos = data.load([folder])
    net: Any = weights.untrained()[0]
    balance = torch.ones(len(net.bins))
    found = calibrate(net, balance, torch.zeros(2), photos, 64)
    assert 0 < found.colorfulness < 1
    assert found.mse > 0


def test_calibration_takes_rebalancing_back():
    net: Any = weights.untrained()[0]
    balance = torch.linspace(0.2, 4, len(net.bins))
    lightness = torch.rand(1, 1, 64, 64) * 100
    with torch.inference_mode():
        before = net.predict(lightness).logits
        Decoding(0.5, 1.0).apply(net, balance)
        after = net.predict(lightness).logits
    assert torch.allclose(after, before - 0.5 * balance.log()[:, None, None], atol=1e-5)
