"""What holds for the colors of a photo while they are kept without the network."""

import numpy as np
import pytest

from ml.imaging.chroma import Chroma, render

SMALL = (12, 16, 2)


def maps(strength: float) -> Chroma:
    rng = np.random.default_rng(0)
    regression = rng.uniform(-strength, strength, SMALL).astype(np.float32)
    return Chroma(regression, rng.uniform(-strength, strength, SMALL).astype(np.float32))


def test_kept_colors_are_the_same_to_a_32nd_of_a_unit():
    before = maps(110)
    after = Chroma.from_png(before.to_png())
    for which in ("regression", "decoded"):
        worst = np.abs(getattr(after, which) - getattr(before, which)).max()
        assert worst <= 1 / 32


def test_kept_colors_give_the_same_photo_to_one_level():
    before = maps(30)
    gray = np.tile(np.arange(200, dtype=np.uint8)[:, None, None], (1, 240, 3))
    photos = [
        render(gray.copy(), each, 1.3).astype(int)
        for each in (before, Chroma.from_png(before.to_png()))
    ]
    # At the edge of sRGB, where chroma is cut by a table, a few come out further apart.
    assert np.mean(np.abs(photos[0] - photos[1]) > 1) < 0.001


def test_what_is_no_map_is_refused():
    with pytest.raises(ValueError, match="not a picture"):
        Chroma.from_png(b"nothing of the kind")


def test_colors_of_8_bits_are_the_exact_ones_to_one_level():
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (256, 240, 3)).astype(np.uint8)
    for strength in (0, 30, 110, 5000):  # the last is of a broken network
        given = maps(strength)
        exact = render(rgb.copy(), given, depth=16) / 257
        apart = np.abs(render(rgb.copy(), given).astype(float) - exact)
        # As above: at the edge of sRGB one is cut by the table, the other not yet.
        assert np.mean(apart > 1.01) < 0.0001
