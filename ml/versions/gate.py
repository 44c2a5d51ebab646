"""May a version go into service? It must not be worse than the one that is there.

Both are measured on the photos that the version's training held out, and on the reference set
if staff have chosen one. On each set it must hold that

- the squared error of the calm colors (`mean.mse`, the paper's quantity) is at most 2 % larger,
- the PSNR of what people see (`shown.psnr`) is at most 0.1 dB smaller,
- colorfulness is at most 1 further from that of the true photos (`shown.colorfulness_diff`).

The allowance is about what two trainings of the same recipe differ by.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from ml.models import DataSet, Evaluation, ModelVersion


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
    """One figure of one set: what was measured, and whether it passes."""

    data_set: str
    metric: str
    ours: float
    theirs: float
    worst: float
    passed: bool


def data_sets(version: ModelVersion) -> list[dict[str, Any]]:
    """The photos that decide: those held out by the version's run, and the reference set."""
    kept = list(version.run.data.select_related("data_set")) if version.run else []
    parts = [_part(use.data_set, use.fingerprint, whole=False) for use in kept if use.data_set]
    reference = DataSet.objects.filter(is_reference=True, state=DataSet.State.READY).first()
    if reference:
        parts.append(_part(reference, reference.fingerprint, whole=True))
    return parts


def of(data_set: DataSet) -> list[dict[str, Any]]:
    """One set, by itself: what it holds out from training."""
    return [_part(data_set, data_set.fingerprint, whole=False)]


def choose_reference(data_set: DataSet | None) -> None:
    """Make a set the one that every new version is compared on; None: there is none."""
    with transaction.atomic():
        DataSet.objects.filter(is_reference=True).update(is_reference=False)
        if data_set:
            DataSet.objects.filter(pk=data_set.pk).update(is_reference=True)


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
    return [
        Line(
            part["name"],
            f"{rule.way}.{rule.metric}",
            ours := part["ours"][rule.way][rule.metric],
            theirs := part["theirs"][rule.way][rule.metric],
            round(rule.worst(theirs), 6),
            rule.holds(ours, theirs),
        )
        for part in evaluation.parts
        if part.get("ours") and part.get("theirs")
        for rule in RULES
    ]


def figures(evaluation: Evaluation | None) -> dict[str, Any]:
    """What speaks for a version, as the record of its promotion keeps it."""
    if evaluation is None:
        return {"passed": None, "lines": []}
    found = lines(evaluation)
    return {
        "passed": bool(found) and all(line.passed for line in found),
        "evaluation": str(evaluation.pk),
        "lines": [asdict(line) for line in found],
    }
