"""A model is measured at the points that people mended."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from ml.resnet_gray.data.data import DataError
from ml.resnet_gray.evaluation.evaluate import main
from ml.resnet_gray.evaluation.evaluate_mends import measure_mends
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.colorizer import Colorizer
from tests.ml import colors


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "net.safetensors"
    net, card = weights.untrained()
    weights.save(path, net, {**card, "default_size": 64})
    return path


@pytest.fixture(scope="module")
def photo(tmp_path_factory) -> bytes:
    folder = colors.folder(tmp_path_factory.mktemp("photos"), 1)
    return next(path for path in Path(folder).rglob("*") if path.is_file()).read_bytes()


def mends(path: Path, photo: bytes, *points: dict[str, float]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, content in (
            ("one.jpg", photo),
            ("one.hints.json", json.dumps({"hints": points}).encode()),
            ("unmended.jpg", photo),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def test_the_distance_is_that_of_what_is_shown_at_a_point(model, photo, tmp_path):
    point = {"x": 0.5, "y": 0.5, "a": 30.0, "b": -40.0}
    first = measure_mends(Colorizer(model), mends(tmp_path / "a.tar", photo, point))
    assert (first["photos"], first["points"], first["gray"]) == (1, 1, 50.0)
    # An untrained network is nearly gray: the nearer to gray, the nearer to it.
    near = measure_mends(
        Colorizer(model), mends(tmp_path / "b.tar", photo, {**point, "a": 3.0, "b": -4.0})
    )
    assert near["gray"] == 5.0
    assert near["error"] < first["error"]


def test_the_command_says_it(model, photo, tmp_path, capsys):
    data = tmp_path / "photos"
    colors.folder(data, 1)
    tar = mends(tmp_path / "mends.tar", photo, {"x": 0.1, "y": 0.9, "a": 0.0, "b": 20.0})
    arguments = ["--model", str(model), "--data", str(data), "--mends", str(tar)]
    assert main([*arguments, "--json"]) == 0
    mended = json.loads(capsys.readouterr().out)["mended"]
    assert set(mended) == {"photos", "points", "error", "within_10", "within_20", "gray"}
    assert main(arguments) == 0
    assert "1 points mended on 1 photos" in capsys.readouterr().out


@pytest.mark.parametrize("hints", ["{}", '{"hints": [{"x": 2}]}', "not json"])
def test_what_is_no_tar_of_mends_is_refused(model, photo, tmp_path, hints):
    path = tmp_path / "bad.tar"
    with tarfile.open(path, "w") as tar:
        for name, content in (("one.jpg", photo), ("one.hints.json", hints.encode())):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    with pytest.raises(DataError, match="is no tar of mended photos"):
        measure_mends(Colorizer(model), path)


def test_a_tar_without_points_is_refused(model, photo, tmp_path):
    with pytest.raises(DataError, match="no mended point in"):
        measure_mends(Colorizer(model), mends(tmp_path / "none.tar", photo))
