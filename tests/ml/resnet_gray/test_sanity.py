"""What the check of a model on sample photos promises."""

import math

import pytest

from ml.resnet_gray.evaluation import sanity
from ml.versions import catalog, checks
from tests.ml import networks

PHOTOS = checks.SAMPLES[::4]


@pytest.mark.parametrize(
    ("value", "problem"), [(math.nan, "not_a_number"), (0.4, "burnt"), (0.0, "")]
)
def test_broken_networks_are_told_from_those_that_color(tmp_path, value, problem):
    found = sanity.check(networks.broken_file(tmp_path, value), PHOTOS)
    assert (found["problem"], bool(found["photo"])) == (problem, bool(problem))


def test_one_color_for_all_is_uniform(tmp_path):
    path = networks.file(tmp_path, architecture="resnet-gray-unet")
    assert sanity.check(path, PHOTOS)["problem"] == "uniform"


def test_what_cannot_be_loaded_fails(tmp_path):
    path = tmp_path / "text.safetensors"
    path.write_text("no model")
    found = sanity.check(path, PHOTOS)
    assert (found["problem"], "CardError" in found["why"]) == ("failing", True)


def test_what_ships_passes_on_all_ten_samples():
    found = sanity.check(catalog.default(), checks.SAMPLES)
    assert (found["problem"], found["photos"]) == ("", 10)
