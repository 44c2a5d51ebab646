"""How long a run will take: by how fast the last one was, else by a short table.

While a run trains, its process measures its own pace (`ml.resnet_gray.training.loop`).
"""

from collections.abc import Iterable
from typing import Any

from ml.models.datasets import DataSet
from ml.models.runs import RunPoint, TrainingRun
from ml.resnet_gray.training.recipes import PRESETS as RECIPES
from ml.training.options import PRESETS, Options

USUAL_SIZE = 128  # pixels of the crops that throughput is given for
MAX_MEASURED = 200  # photos of a set, at every check
MEASURED_PER_SECOND = 5.0
"""Photos that a check measures, on two CPU cores; one check an epoch, and one of the baseline."""
OF_BASELINE = 2.0
"""Times that of the baseline: what a check takes, which also chooses a decoding."""
THROUGHPUT = {"resnet-gray-unet": 55.0, "resnet-gray": 60.0}
"""Photos a second on two CPU cores, until a run here has shown what this machine can do."""


def seconds(preset: str, options: Options, data_sets: Iterable[DataSet]) -> float:
    """Seconds until a run with these (effective) options ends, about."""
    data_sets = list(data_sets)
    photos = sum(data_set.training for data_set in data_sets)
    photos = min(photos, options.limit or photos)
    size = options.size or USUAL_SIZE
    epochs = options.epochs or 1
    learning = photos * epochs * (size / USUAL_SIZE) ** 2 / throughput(preset)
    measured = sum(min(data_set.validation, MAX_MEASURED) for data_set in data_sets)
    return learning + (epochs + 1) * (measured + _of_reference()) / measured_per_second()


def throughput(preset: str) -> float:
    """Photos a second at the usual size."""
    return _measured(preset) or THROUGHPUT[RECIPES[PRESETS[preset].recipe].architecture]


def measured_per_second() -> float:
    """Photos that a check measures, as the last baseline here showed."""
    known = TrainingRun.objects.filter(baseline__seconds__gt=0).order_by("-started_at")
    baseline = known.values_list("baseline", flat=True).first() or {}
    if not baseline.get("each"):
        return MEASURED_PER_SECOND
    return float(len(baseline["each"]) / (OF_BASELINE * baseline["seconds"]))


def _of_reference() -> int:
    """Photos of the reference set that each check measures."""
    reference = DataSet.objects.filter(is_reference=True).first()
    return min(reference.training + reference.validation, MAX_MEASURED) if reference else 0


def facts(data_sets: Iterable[DataSet]) -> dict[str, Any]:
    """What a page needs to make the same estimate as options are chosen."""
    data_sets = list(data_sets)
    return {
        "usualSize": USUAL_SIZE,
        "photos": {str(data_set.pk): data_set.training for data_set in data_sets},
        "measured": {
            str(data_set.pk): min(data_set.validation, MAX_MEASURED) for data_set in data_sets
        },
        "measuredAlways": _of_reference(),
        "measuredPerSecond": measured_per_second(),
        "presets": {
            name: {
                "throughput": throughput(name),
                "epochs": preset.effective(Options()).epochs,
                "size": preset.options.size or USUAL_SIZE,
            }
            for name, preset in PRESETS.items()
        },
    }


def _measured(preset: str) -> float | None:
    """Photos a second of the last run of this preset that succeeded."""
    run = (
        TrainingRun.objects.filter(preset=preset, state=TrainingRun.State.SUCCEEDED)
        .order_by("-finished_at")
        .first()
    )
    points = run.points.filter(kind=RunPoint.Kind.STEP) if run else []
    measured = [point.values.get("photos_per_second") or 0 for point in points]
    if run is None or not any(measured):
        return None
    size = run.options.get("size") or USUAL_SIZE
    return sum(measured) / len(measured) * (size / USUAL_SIZE) ** 2
