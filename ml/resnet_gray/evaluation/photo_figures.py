"""The figures of single photos, as comparisons keep them, and their means. Knows no torch."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self


class PhotoFigures(NamedTuple):
    """How one photo came out; as JSON it is a list in this order."""

    name: str
    kind: str  # of photo, where known
    gray: float  # squared error of no color at all, as `mean.mse`
    mse: float  # of the calm colors
    psnr: float  # of what people see, dB
    colorfulness: float  # of what people see
    truth: float  # colorfulness of the true photo
    neutral: int  # pixels that have no color in truth, and those of them that get one
    false_color: int
    colorful: int  # pixels that have color in truth, and those of them that stay gray
    left_gray: int

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """From JSON."""
        return cls(*row)

    @property
    def set(self) -> str:
        """The set that it belongs to: the first folder of its name."""
        return self.name.partition("/")[0]

    @property
    def colorfulness_diff(self) -> float:
        return abs(self.colorfulness - self.truth)


def summary(photos: Iterable[PhotoFigures]) -> dict[str, Any]:
    """Means over photos; the last two of ``shown`` are shares of all photos' pixels."""
    rows = list(photos)
    count = len(rows)
    if not count:
        return {"photos": 0}

    def mean(values: Iterable[float]) -> float:
        return round(sum(values) / count, 6)

    def share(part: Iterable[int], whole: Iterable[int]) -> float:
        return round(sum(part) / max(1, sum(whole)), 6)

    gray, mse = mean(row.gray for row in rows), mean(row.mse for row in rows)
    return {
        "photos": count,
        "gray": {"mse": gray},
        "of_gray": round(mse / max(gray, 1e-9), 6),
        "truth": {"colorfulness": mean(row.truth for row in rows)},
        "mean": {"mse": mse},
        "shown": {
            "psnr": mean(row.psnr for row in rows),
            "colorfulness": mean(row.colorfulness for row in rows),
            "colorfulness_diff": mean(row.colorfulness_diff for row in rows),
            "false_color": share((row.false_color for row in rows), (row.neutral for row in rows)),
            "left_gray": share((row.left_gray for row in rows), (row.colorful for row in rows)),
        },
    }
