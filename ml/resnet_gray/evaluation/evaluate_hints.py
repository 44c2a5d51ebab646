"""How well a model takes hints, and how good its suggestions are: the ``--hints`` of ``evaluate``.

Places are those of the frame that the network sees; hints have the true color over 7 x 7 of its
pixels.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ml.imaging.hints import Hint
from ml.resnet_gray.network.colorizer import Colorizer, Features
from ml.resnet_gray.network.suggestions import APART

from .measuring import to_lab
from .metrics import COLORFUL, RGB, Tally, measure

PATCH, RADIUS = 7, 3.0  # pixels of the frame: what the true color is averaged over; the hint's own
ERROR_PATCH = 16  # pixels of the frame: where a corrective point is put
MAX_CORRECTIVE = 3
SUGGESTED = 10  # points of each photo


class HintFigures:
    """Sums the figures of all photos."""

    def __init__(self, colorizer: Colorizer, counts: Sequence[int]) -> None:
        """``counts`` of hints to measure with. Raises HintsUnsupported."""
        colorizer.check_takes_hints()
        self.colorizer, self.counts = colorizer, counts
        corrective = [k for k in counts if k <= MAX_CORRECTIVE]
        self.tallies = {"random": {k: Tally() for k in counts}}
        self.tallies["corrective"] = {k: Tally() for k in corrective}
        self.hits, self.fixed_hits, self.points = 0, 0, 0

    def add(self, name: str, rgb: RGB, features: Features) -> None:
        """One photo, uint8 H,W,3; its name seeds the points."""
        truth = Truth(rgb, features)
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        places = rng.random((max(*self.counts, SUGGESTED), 2))
        hints = [truth.hint(x, y) for x, y in places.tolist()]
        _, true_ab = to_lab(rgb)
        for k, tally in self.tallies["random"].items():
            tally.add(self._measured(rgb, true_ab, features, hints[:k]))
        corrections: list[Hint] = []
        for k in range(1, max(self.tallies["corrective"], default=0) + 1):
            chroma = self.colorizer.decode(features, corrections)
            corrections.append(truth.worst(chroma.decoded))
            if k in self.tallies["corrective"]:
                measured = self._measured(rgb, true_ab, features, corrections)
                self.tallies["corrective"][k].add(measured)
        self._suggested(features, hints[:SUGGESTED])

    def _measured(
        self, rgb: RGB, true_ab: NDArray[Any], features: Features, hints: Sequence[Hint]
    ) -> Any:
        shown = self.colorizer.render(rgb.copy(), self.colorizer.decode(features, hints))
        return measure(to_lab(shown)[1], true_ab, shown, rgb)

    def _suggested(self, features: Features, hints: Sequence[Hint]) -> None:
        fixed = self.colorizer.card.get("common_colors", [])
        for hint in hints:
            if np.hypot(hint.a, hint.b) <= COLORFUL:
                continue
            colors = self.colorizer.suggest(features, hint.x, hint.y)
            self.points += 1
            self.hits += _any_near(hint, [color[:2] for color in colors])
            self.fixed_hits += _any_near(hint, fixed)

    def result(self) -> dict[str, Any]:
        """``hinted``, ``suggested`` and, if the card has common colors, ``suggested_fixed``."""
        hinted = {
            str(k): {
                way: tallies[k].result() for way, tallies in self.tallies.items() if k in tallies
            }
            for k in self.counts
        }
        points = max(1, self.points)
        shares = {"suggested": round(self.hits / points, 6)}
        if "common_colors" in self.colorizer.card:
            shares["suggested_fixed"] = round(self.fixed_hits / points, 6)
        return {"hinted": hinted, **shares}


class Truth:
    """The true colors of a photo as large as in its frame."""

    def __init__(self, rgb: RGB, features: Features) -> None:
        box = features.frame.box
        small: Any = cv2.resize(rgb, (box.width, box.height), interpolation=cv2.INTER_AREA)
        self.ab = np.ascontiguousarray(to_lab(small)[1])
        self.means = cv2.blur(self.ab, (PATCH, PATCH), borderType=cv2.BORDER_REFLECT_101)

    def hint(self, x: float, y: float) -> Hint:
        """With the true color at x, y in 0..1 of the photo."""
        height, width = self.ab.shape[:2]
        a, b = self.means[int(y * height), int(x * width)].tolist()
        return Hint(x, y, a, b, RADIUS)

    def worst(self, ab: NDArray[Any]) -> Hint:
        """In the middle of the patch where a, b h,w,2 err most."""
        height, width = self.ab.shape[:2]
        ours = cv2.resize(ab, (width, height), interpolation=cv2.INTER_CUBIC)
        rows, columns = max(1, height // ERROR_PATCH), max(1, width // ERROR_PATCH)
        error = np.square(ours - self.ab).sum(2)
        patches = cv2.resize(error, (columns, rows), interpolation=cv2.INTER_AREA)
        row, column = np.unravel_index(int(patches.argmax()), patches.shape)
        return self.hint((int(column) + 0.5) / columns, (int(row) + 0.5) / rows)


def _any_near(hint: Hint, colors: Sequence[Sequence[float]]) -> bool:
    return any(np.hypot(a - hint.a, b - hint.b) <= APART for a, b in colors)
