"""The photos of a run as local tars: to learn from, held out, and of the reference set."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from colorweb.errors import DomainError
from ml.datasets.index import TRAINING, VALIDATION
from ml.datasets.materialize import ChosenSet, hashes_of, materialize
from ml.models.datasets import DataSet
from ml.models.runs import TrainingRun


@dataclass(frozen=True, slots=True)
class Data:
    """Local tars of a run's photos."""

    training: Path
    validation: Path
    reference: list[Path]  # whole: none of it is learned from

    @property
    def measured(self) -> list[Path]:
        """What checks measure, in the order in which the gate does."""
        return [self.validation, *self.reference]


def fetch(
    run: TrainingRun, chosen: Sequence[ChosenSet], on_progress: Callable[[float], None]
) -> Data:
    """Writes the tars of a run's sets, without the photos of its reference set, and of that set.

    Raises like `materialize`.
    """
    folder = run.local / "data"
    reference = _reference(run)
    without = hashes_of(reference) if reference else set()
    tars = materialize(chosen, folder, on_progress, without=without)
    others: list[Path] = []
    if reference:
        place = len(chosen)
        more = materialize([reference], run.local / "reference", on_progress, first=place)
        others = [more[VALIDATION], more[TRAINING]]
    return Data(tars[TRAINING], tars[VALIDATION], others)


def _reference(run: TrainingRun) -> ChosenSet | None:
    if not run.reference:
        return None
    data_set = DataSet.objects.filter(pk=uuid.UUID(run.reference["data_set"])).first()
    if data_set is None:
        raise DomainError("data_set_gone", name=run.reference["name"])
    return ChosenSet(data_set, run.reference["fingerprint"])
