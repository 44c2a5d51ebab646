"""What time does to a print must not change what colors it gets; measured with the default model.

Bounds are mean distances in the ab plane (Lab units) between the colors of the sample photo as it
is and as it would be after a worse century. Half as much again as was measured when it was trained.
"""

import numpy as np
import pytest

from colorweb.runtime import REPOSITORY
from ml.imaging import photos
from ml.resnet_gray.network.colorizer import Colorizer
from ml.versions import catalog
from tests.ml.old_prints import FLAWS

SAMPLE = REPOSITORY / "frontend" / "static" / "samples" / "farm-women-1895.jpg"
FARTHEST = {"sepia": 1.5, "faded": 7.5, "low_contrast": 7.5, "noisy": 4.5, "scratched": 4.5}


@pytest.fixture(scope="module")
def colors():
    """a, b at vividness 1 of a photo."""
    colorizer = Colorizer(catalog.FOLDER / f"{catalog.DEFAULT}.safetensors", device="cpu")
    return lambda rgb: colorizer.predict([colorizer.frame(rgb)])[0].at(1.0).reshape(-1, 2)


@pytest.fixture(scope="module")
def sample():
    return photos.preview(photos.read(SAMPLE).rgb, 640)


@pytest.mark.parametrize("flaw", FLAWS)
def test_old_print_is_colored_like_a_good_one(colors, sample, flaw):
    good, old = colors(sample), colors(FLAWS[flaw](sample))
    assert np.hypot(*(old - good).T).mean() < FARTHEST[flaw]
    chroma = np.hypot(*old.T)
    assert 0.7 < chroma.mean() / np.hypot(*good.T).mean() < 1.3  # neither pale nor loud
    brown = (old[:, 0] > 5) & (old[:, 1] > 15)
    also_before = (good[:, 0] > 5) & (good[:, 1] > 15)
    assert brown.mean() < also_before.mean() + 0.1


@pytest.mark.parametrize("flaw", FLAWS)
def test_old_print_counts_as_black_and_white(sample, flaw, tmp_path):
    path = tmp_path / "print.jpg"
    photos.write(path, FLAWS[flaw](sample))
    assert not photos.inspect(path).has_color
