"""An answer to a hint, in a worker that keeps the photo's features, against coloring it whole."""

import numpy as np

from bench.rows import Row, ms, times
from ml.imaging.hints import Hint
from ml.resnet_gray.network.colorizer import Colorizer
from ml.versions import catalog

AIM = 2.0
HINTS = tuple(Hint(0.1 + 0.2 * n, 0.5, 20.0 * (n - 2), 10.0) for n in range(5))


def rows(*, quick: bool) -> list[Row]:
    """Five hints on a photo of 2 megapixels: the color maps as the page gets them."""
    colorizer = Colorizer(catalog.default(), "cpu")
    rng = np.random.default_rng(0)
    gray = rng.integers(0, 255, (1200, 1600), np.uint8)
    frame = colorizer.frame(np.repeat(gray[..., None], 3, axis=2))
    features = colorizer.encode(frame)
    taken = times(
        {
            "answer": lambda: colorizer.decode(features, HINTS).to_png(),
            "whole": lambda: colorizer.predict([frame]),
        },
        repeats=5 if quick else 21,
    )
    return [
        Row(
            "an answer to five hints, as the page gets it",
            ms(taken["answer"]),
            f"{ms(taken['whole'])} of one whole `predict`",
            f"{taken['answer'] / taken['whole']:.2f} x",
            f"at most {AIM} x",
        )
    ]
