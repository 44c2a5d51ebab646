"""A run as the API, the socket and the pages see it: one description for all."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from colorweb.errors import plain
from ml.models.runs import RunPoint, RunSample, TrainingRun
from ml.training.states import RESUMABLE


def describe(run: TrainingRun) -> dict[str, Any]:
    """The run itself: JSON values only."""
    return {
        "id": str(run.pk),
        "name": run.name,
        "note": run.note,
        "preset": run.preset,
        "base": run.base,
        "options": run.options,
        "data_sets": [
            {
                "id": str(use.data_set_id) if use.data_set_id else None,
                "name": use.name,
                "fingerprint": use.fingerprint,
            }
            for use in run.data.all()
        ],
        "state": run.state,
        "stage": run.stage,
        "stop_requested": run.stop_requested,
        "sequence": run.sequence,
        "attempt": run.attempt,
        "step": run.step,
        "epoch": run.epoch,
        "progress": run.progress,
        "now": run.now,
        "served": run.served,
        "log": run.log,
        "error": (
            {"code": plain(run.error["code"]), "message": run.error_message} if run.error else None
        ),
        "version": str(run.version) if run.version else None,
        "version_id": str(run.version_id) if run.version_id else None,
        "may": {
            "stop": not run.is_over and not run.stop_requested,
            "resume": run.state in RESUMABLE,
            "delete": run.is_over,
        },
        "created_by": run.created_by.email if run.created_by else None,
        "created_at": run.created_at.isoformat(),
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
    }


def whole(run: TrainingRun, after: int = 0) -> dict[str, Any]:
    """The run with its curves and samples; with `after`, only points newer than that one."""
    return {
        "run": describe(run),
        "points": described_points(run.points.filter(pk__gt=after).order_by("pk")),
        "samples": described_samples(run.samples.order_by("step")),
    }


def described_points(points: Iterable[RunPoint]) -> list[dict[str, Any]]:
    """Points of the curves, in the order in which they were measured."""
    return [
        {
            "id": point.pk,
            "kind": point.kind,
            "step": point.step,
            "epoch": point.epoch,
            "values": point.values,
        }
        for point in points
    ]


def described_samples(samples: Iterable[RunSample]) -> list[dict[str, Any]]:
    """Pictures of sample photos, the earliest first."""
    return [
        {
            "step": sample.step,
            "epoch": sample.epoch,
            "url": reverse("training-run-samples", args=[sample.run_id, sample.step]),
        }
        for sample in samples
    ]
