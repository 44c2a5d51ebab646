"""What a page needs to know to mend the colors of a photo, and to straighten and crop it."""

import json
from typing import Any

import numpy as np

from jobs.models import Job, State
from jobs.photos import prints, versions
from ml.imaging import geometry


def context(job: Job) -> dict[str, Any] | None:
    """How a version was made, and how places of it lie in the photo as it came; None: unfinished.

    `to_source` and its inverse are projective maps of fractions, nine numbers by rows.
    """
    if job.state != State.SUCCEEDED:
        return None
    recipe, network = versions.made_with(job)
    shape = geometry.read(job.geometry)
    fractions = shape.fractions(job.photo.width, job.photo.height)
    found = prints.on(job)
    return {
        "takes_hints": network is not None and network.takes_hints,
        "model": recipe.model,
        "network_size": recipe.network_size or "",
        "geometry": json.dumps(recipe.geometry),
        "turn": shape.turn,
        "corners": json.dumps(found[0]) if len(found) == 1 else "",
        "prints": len(found),
        "hints": json.dumps(recipe.hints),
        "to_source": json.dumps(np.linalg.inv(fractions).ravel().tolist()),
        "from_source": json.dumps(fractions.ravel().tolist()),
    }
