"""One photo measured as people get it: whole, at full size, as the model would ship."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ml.resnet_gray.network.colorizer import Colorizer

from .measuring import to_lab, to_rgb
from .metrics import AB, RGB, Measured, colorfulness, measure
from .photo_figures import PhotoFigures


def answers(
    rgb: RGB, mean: NDArray[Any], constant: NDArray[np.float32], calm: RGB, shown: RGB
) -> dict[str, tuple[AB, RGB]]:
    """The four answers that are measured: their ab H,W,2 and their pictures.

    ``mean`` is the network's small map h,w,2; ``calm`` and ``shown`` are finished photos.
    """
    lightness, ab = to_lab(rgb)
    full: Any = cv2.resize(mean, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    none = np.zeros_like(ab)
    return {
        "gray": (none, to_rgb(lightness, none)),
        "constant": (none + constant, to_rgb(lightness, none + constant)),
        "mean": (full, calm),
        "shown": (to_lab(shown)[1], shown),
    }


def measure_photo(colorizer: Colorizer, name: str, kind: str, rgb: RGB) -> tuple[PhotoFigures, RGB]:
    """One photo's figures, the same as ``evaluate`` makes, and what people would see."""
    chroma = colorizer.decode(colorizer.encode(colorizer.frame(rgb)))
    shown = colorizer.render(rgb.copy(), chroma, vividness=1.0)
    calm = colorizer.render(rgb.copy(), chroma, vividness=0.0)
    ways = answers(rgb, chroma.at(0.0), np.zeros(2, np.float32), calm, shown)
    _, true_ab = to_lab(rgb)
    measured = {
        way: measure(ways[way][0], true_ab, ways[way][1], rgb) for way in ("gray", "mean", "shown")
    }
    return of_photo(name, kind, measured, colorfulness(rgb)), shown


def of_photo(name: str, kind: str, measured: Mapping[str, Measured], truth: float) -> PhotoFigures:
    shown = measured["shown"]
    neutral, false, _tinted, colorful, left = (int(count) for count in shown.chroma)
    return PhotoFigures(
        name,
        kind,
        round(measured["gray"].figures["mse"], 7),
        round(measured["mean"].figures["mse"], 7),
        round(shown.figures["psnr"], 4),
        round(shown.figures["colorfulness"], 4),
        round(truth, 4),
        *(neutral, false, colorful, left),
    )


def kind_of(name: str, kinds: Mapping[str, str]) -> str:
    """The kind of a photo: by the index beside it, else the folder within its set."""
    folders = name.split("/")
    return kinds.get(Path(name).stem) or (folders[1] if len(folders) > 2 else "")
