"""Comparisons of versions, as a worker leaves them."""

from typing import Any

from ml.models import Evaluation, ModelVersion
from ml.versions import registry

GOOD = {
    "mean": {"mse": 0.0020},
    "shown": {"psnr": 24.0, "colorfulness_diff": 5.0},
}


def measured(version: ModelVersion, photos: int = 100, **changed) -> Evaluation:
    """A comparison with what is in service, as a worker leaves it."""
    ours: dict[str, Any] = {way: {**GOOD[way], **changed.get(way, {})} for way in GOOD}
    ours["photos"] = photos
    part = {"name": "kept", "data_set": "0", "fingerprint": "", "whole": False}
    return Evaluation.objects.create(
        version=version,
        against=registry.current(),
        is_gate=True,
        state="ready",
        parts=[{**part, "ours": ours, "theirs": GOOD}],
    )
