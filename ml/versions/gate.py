"""May a version go into service? It must not be worse than the one that is there.

Both are measured on the photos that the version's training held out, and on the reference set
if staff have chosen one; on 50 photos at least. On each set it must hold that

- the squared error of the calm colors (`mean.mse`, the paper's quantity) is at most 2 % larger,
- the PSNR of what people see (`shown.psnr`) is at most 0.1 dB smaller,
- colorfulness is at most 1 further from that of the true photos (`shown.colorfulness_diff`).

The allowance is about what two trainings of the same recipe differ by. Where kinds of photos are
known, none of them may be worse for certain: not even the better end of its interval passes.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from django.db import transaction

from colorweb.audit.records import record
from ml.models import DataSet, Evaluation, ModelVersion
from ml.resnet_gray.evaluation.photo_figures import PhotoFigures

MIN_PHOTOS = 50
MIN_OF_KIND = 10
RESAMPLES = 1000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Rule:
    """One figure: where it stands, and the worst that is allowed against the one in service."""

    way: str
    metric: str
    factor: float
    allowance: float
    least: bool  # whether smaller is worse

    def worst(self, theirs: float) -> float:
        """The worst figure that passes."""
        return theirs * self.factor + self.allowance

    def holds(self, ours: float, theirs: float) -> bool:
        """Whether a version's figure passes."""
        worst = self.worst(theirs)
        return ours >= worst if self.least else ours <= worst


RULES = (
    Rule("mean", "mse", 1.02, 0.0, least=False),
    Rule("shown", "psnr", 1.0, -0.1, least=True),
    Rule("shown", "colorfulness_diff", 1.0, 1.0, least=False),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one set, or of one kind of its photos: what was measured, and whether it
    passes.

    `margin` is how much better it is than the worst that passes, with its interval of 95 %, by
    bootstrap over photos.
    """

    data_set: str
    metric: str
    ours: float
    theirs: float
    worst: float
    passed: bool
    kind: str = ""
    photos: int = 0
    margin: float | None = None
    low: float | None = None
    high: float | None = None


def lines_of(name: str, ours: Sequence[PhotoFigures], theirs: Sequence[PhotoFigures]) -> list[Line]:
    """Every rule on one set, whose photos both were measured on, and on each kind of them."""
    other = {row.name: row for row in theirs}
    pairs = [(row, other[row.name]) for row in ours if row.name in other]
    kinds: dict[str, list[tuple[PhotoFigures, PhotoFigures]]] = {}
    for pair in pairs:
        kinds.setdefault(pair[0].kind, []).append(pair)
    found = [_line(name, "", rule, pairs) for rule in RULES if pairs]
    for kind, some in sorted(kinds.items()):
        if kind and len(some) >= MIN_OF_KIND and len(kinds) > 1:
            found += [_line(name, kind, rule, some) for rule in RULES]
    return found


def _line(
    name: str, kind: str, rule: Rule, pairs: Sequence[tuple[PhotoFigures, PhotoFigures]]
) -> Line:
    ours, theirs = (
        np.array([getattr(pair[side], rule.metric) for pair in pairs]) for side in (0, 1)
    )
    worst = theirs * rule.factor + rule.allowance
    margins = ours - worst if rule.least else worst - ours
    low, high = interval(margins)
    margin = round(float(margins.mean()), 7)
    return Line(
        name,
        f"{rule.way}.{rule.metric}",
        round(float(ours.mean()), 6),
        round(float(theirs.mean()), 6),
        round(float(worst.mean()), 6),
        high >= 0 if kind else margin >= 0,
        kind,
        len(pairs),
        margin,
        low,
        high,
    )


def interval(values: np.ndarray) -> tuple[float, float]:
    """The interval of the mean, by bootstrap; the same values have the same one."""
    seed = zlib.crc32(np.ascontiguousarray(values).tobytes())
    chosen = np.random.default_rng(seed).integers(len(values), size=(RESAMPLES, len(values)))
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(values[chosen].mean(1), [tail, 100 - tail])
    return round(float(low), 7), round(float(high), 7)


def verdict(ours: Iterable[PhotoFigures], theirs: Iterable[PhotoFigures]) -> dict[str, Any]:
    """What the gate would say of a training now: `passed` (null: too few photos), how many
    `photos`, and the `metric` that decides with its `margin`.
    """
    sets: dict[str, tuple[list[PhotoFigures], list[PhotoFigures]]] = {}
    for side, rows in enumerate((ours, theirs)):
        for row in rows:
            sets.setdefault(row.set if "/" in row.name else "", ([], []))[side].append(row)
    found = [line for name, both in sets.items() for line in lines_of(name, *both)]
    photos = _photos_of(found)
    if not found:
        return {"passed": None, "photos": 0}
    passed = all(line.passed for line in found)
    closest = min((line for line in found if line.passed == passed), key=_closeness)
    return {
        "passed": passed if photos >= MIN_PHOTOS else None,
        "photos": photos,
        "metric": closest.metric,
        "margin": closest.margin,
        "kind": closest.kind,
    }


SCALES = {"mean.mse": 0.02, "shown.psnr": 0.1, "shown.colorfulness_diff": 1.0}
"""What the margin of a figure is read against; the first as a part of the figure itself."""


def _closeness(line: Line) -> float:
    scale = SCALES[line.metric] * (line.theirs if line.metric == "mean.mse" else 1.0)
    return (line.margin or 0.0) / max(scale, 1e-12)


def _photos_of(found: Iterable[Line]) -> int:
    return sum(line.photos for line in found if not line.kind and line.metric == "mean.mse")


def data_sets(version: ModelVersion) -> list[dict[str, Any]]:
    """The photos that decide: those held out by the version's run, and the reference set."""
    kept = list(version.run.data.select_related("data_set")) if version.run else []
    parts = [_part(use.data_set, use.fingerprint, whole=False) for use in kept if use.data_set]
    return [*parts, *filter(None, [reference()])]


def reference() -> dict[str, Any]:
    """The reference set as a part, whole; empty where none is chosen."""
    found = DataSet.objects.filter(is_reference=True, state=DataSet.State.READY).first()
    return _part(found, found.fingerprint, whole=True) if found else {}


def of(data_set: DataSet) -> list[dict[str, Any]]:
    """One set, by itself: what it holds out from training."""
    return [_part(data_set, data_set.fingerprint, whole=False)]


def choose_reference(data_set: DataSet | None) -> None:
    """Make a set the one that every new version is compared on; None: there is none."""
    with transaction.atomic():
        before = DataSet.objects.filter(is_reference=True).first()
        DataSet.objects.filter(is_reference=True).update(is_reference=False)
        if data_set:
            DataSet.objects.filter(pk=data_set.pk).update(is_reference=True)
        was, now = {"set": str(before or "")}, {"set": str(data_set or "")}
        record("reference set chosen", data_set, before=was, after=now)


def _part(data_set: DataSet, fingerprint: str, *, whole: bool) -> dict[str, Any]:
    return {
        "data_set": str(data_set.pk),
        "fingerprint": fingerprint,
        "name": data_set.name,
        "whole": whole,
    }


def last(version: ModelVersion, serving: ModelVersion) -> Evaluation | None:
    """The last comparison of the two on the photos that decide."""
    measured = Evaluation.objects.filter(is_gate=True, state=Evaluation.State.READY)
    return measured.filter(version=version, against=serving).first()


def lines(evaluation: Evaluation) -> list[Line]:
    """Every rule on every set."""
    return [line for part in evaluation.parts for line in _lines_of_part(part)]


def _lines_of_part(part: dict[str, Any]) -> list[Line]:
    if "lines" in part:
        return [Line(**line) for line in part["lines"]]
    if not part.get("ours") or not part.get("theirs"):
        return []
    return [  # measured before photos were kept one by one
        Line(
            part["name"],
            f"{rule.way}.{rule.metric}",
            ours := part["ours"][rule.way][rule.metric],
            theirs := part["theirs"][rule.way][rule.metric],
            round(rule.worst(theirs), 6),
            rule.holds(ours, theirs),
            photos=part["ours"].get("photos", 0),
        )
        for rule in RULES
    ]


def figures(evaluation: Evaluation | None) -> dict[str, Any]:
    """What speaks for a version, as the record of its promotion keeps it; `passed` is null where
    it was not compared, or on too few photos.
    """
    if evaluation is None:
        return {"passed": None, "lines": []}
    found = lines(evaluation)
    photos = _photos_of(found)
    passed = bool(found) and all(line.passed for line in found)
    return {
        "passed": passed if photos >= MIN_PHOTOS else None,
        "photos": photos,
        "needed": MIN_PHOTOS,
        "evaluation": str(evaluation.pk),
        "lines": [asdict(line) for line in found],
    }
