"""The pictures of the landing page are what the network gives, not made by hand."""

import numpy as np
import pytest
from PIL import Image

from bench import samples
from ml.versions import catalog

MAX_DIFFERENCE = 4.0  # levels of 255, on average: what compression and another processor change


def test_the_landing_pages_colors_are_the_shipped_networks():
    from ml.resnet_gray.network.colorizer import Colorizer  # noqa: PLC0415 (torch)

    colorizer = Colorizer(catalog.default())
    for name in samples.names():
        shown = np.asarray(Image.open(samples.FOLDER / f"{name}{samples.SUFFIX}").convert("RGB"))
        made = samples.colored(colorizer, name)
        difference = np.abs(shown.astype(float) - made.astype(float)).mean()
        assert difference < MAX_DIFFERENCE, name
        assert difference < 0.5 * np.abs(made - made.mean(2, keepdims=True)).mean(), name


@pytest.mark.parametrize("name", samples.names())
def test_a_samples_picture_has_its_photos_size(name):
    gray = Image.open(samples.FOLDER / f"{name}.jpg")
    assert Image.open(samples.FOLDER / f"{name}{samples.SUFFIX}").size == gray.size
