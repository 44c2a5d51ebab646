"""Runs beside each other: their curves, the settings in which they differ, their last samples."""

from collections.abc import Sequence
from typing import Any

from ml.models.runs import RunPoint, TrainingRun

MIN_RUNS, MAX_RUNS = 2, 6
FIGURES = ("of_gray", "psnr", "colorfulness")


def curves(runs: Sequence[TrainingRun]) -> list[dict[str, Any]]:
    """The checks of each run, for the page's script."""
    return [
        {
            "name": run.name,
            "points": [
                [point.epoch, *_figures(point.values)]
                for point in run.points.filter(kind=RunPoint.Kind.CHECK).order_by("step")
            ],
        }
        for run in runs
    ]


def _figures(values: dict[str, Any]) -> list[float | None]:
    shown = values.get("shown") or {}
    return [values.get("of_gray"), shown.get("psnr"), shown.get("colorfulness")]


def differences(runs: Sequence[TrainingRun]) -> list[tuple[str, list[str]]]:
    """The settings that are not the same in all of them, each with its value in each run."""
    tables = [_settings(run) for run in runs]
    names = dict.fromkeys(name for table in tables for name in table)
    rows = [(name, [table.get(name, "–") for table in tables]) for name in names]
    return [(name, values) for name, values in rows if len(set(values)) > 1]


def _settings(run: TrainingRun) -> dict[str, str]:
    data = ", ".join(f"{use.name} {use.fingerprint[:12]}" for use in run.data.all())
    chosen = {name: str(value) for name, value in run.options.items() if value is not None}
    return {"preset": run.preset, "base model": run.base or "–", "data sets": data, **chosen}
