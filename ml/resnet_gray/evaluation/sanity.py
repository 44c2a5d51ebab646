"""``python -m ml.resnet_gray.evaluation.sanity MODEL PHOTO…``: whether a model colors at all.

Photos are colored as a worker would do it. Prints one JSON object: ``{problem, photo, photos, ms,
chroma, spread, lightness}``; ``problem`` is empty or one of ``PROBLEMS``, ``photo`` the one that
showed it, ``ms`` the median of a photo's milliseconds. It says nothing of how right the colors
are: for that there are comparisons.
"""

import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ml.imaging.srgb import lightness
from ml.resnet_gray.data.decoding import decode
from ml.resnet_gray.network.colorizer import Colorizer

PROBLEMS = ("failing", "not_a_number", "black", "uniform", "burnt")
DARKEST = 0.5
"""Of the photo's own lightness: what is darker is black."""
LEAST_SPREAD = 1.0
"""Lab units, the standard deviation of a and b over all photos: what has less is one color."""
MOST_CHROMA = 45.0
"""Lab units, the mean of a photo: what has more is burnt. True photos have 5 to 30."""


def check(model: Path | str, photos: Sequence[Path | str]) -> dict[str, Any]:
    """Color ``photos`` with a weights file; what was found, as the module says. Never raises."""
    found = _Found()
    try:
        colorizer = Colorizer(model)
        for photo in photos:
            if problem := found.add(colorizer, Path(photo)):
                return found.as_dict(problem, Path(photo).name)
    except Exception as error:  # noqa: BLE001 - whatever it is, it would fail for visitors too
        return found.as_dict("failing", found.photo) | {"why": f"{type(error).__name__}: {error}"}
    return found.as_dict("uniform" if found.spread < LEAST_SPREAD else "", "")


class _Found:
    """What the photos so far have shown."""

    def __init__(self) -> None:
        self.photo = ""
        self.ms: list[float] = []
        self.chroma: list[float] = []
        self.lightness: list[float] = []
        self.colors: list[np.ndarray] = []

    def add(self, colorizer: Colorizer, path: Path) -> str:
        """Color one photo; the problem that it shows."""
        self.photo = path.name
        rgb = decode(path.read_bytes())
        before = float(lightness(rgb).mean())
        began = time.perf_counter()
        (chroma,) = colorizer.predict([colorizer.frame(rgb)])
        if not chroma.is_finite:
            return "not_a_number"
        shown = colorizer.render(rgb.copy(), chroma, vividness=1.0)
        self.ms.append(1000 * (time.perf_counter() - began))
        raw = chroma.at(1.0).reshape(-1, 2)
        self.colors.append(raw)
        self.chroma.append(float(np.hypot(raw[:, 0], raw[:, 1]).mean()))
        self.lightness.append(float(lightness(shown).mean()) / max(before, 1.0))
        if self.lightness[-1] < DARKEST:
            return "black"
        return "burnt" if self.chroma[-1] > MOST_CHROMA else ""

    @property
    def spread(self) -> float:
        return float(np.concatenate(self.colors).std(0).max()) if self.colors else 0.0

    def as_dict(self, problem: str, photo: str) -> dict[str, Any]:
        """What was found, rounded."""

        def mean(values: list[float]) -> float:
            return round(statistics.fmean(values), 3) if values else 0.0

        return {
            "problem": problem,
            "photo": photo,
            "photos": len(self.ms),
            "ms": round(statistics.median(self.ms), 1) if self.ms else None,
            "chroma": mean(self.chroma),
            "spread": round(self.spread, 3),
            "lightness": mean(self.lightness),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers its exit status, 1 for a model with a problem."""
    names = sys.argv[1:] if arguments is None else arguments
    if len(names) < 2:
        print("usage: sanity MODEL PHOTO…", file=sys.stderr)  # noqa: T201
        return 2
    found = check(names[0], names[1:])
    print(json.dumps(found))  # noqa: T201
    return 1 if found["problem"] else 0


if __name__ == "__main__":
    sys.exit(main())
