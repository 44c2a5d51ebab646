"""The model in service on a run's validation photos: what the curves have to beat."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from ml.training.child import yielding
from ml.versions import registry

log = logging.getLogger(__name__)

PATIENCE = 1800  # seconds


def figures(photos: Path, notes: Path) -> dict[str, Any]:
    """The figures of a `check` line for the model in service, with its name; empty if it cannot.

    They are made in a process of their own, for the worker never imports torch. `notes` takes what
    that process says.
    """
    try:
        version = registry.current()
        file = registry.local_file(version)
        with notes.open("wb") as errors:
            made = subprocess.run(  # noqa: S603
                [
                    *yielding(),
                    sys.executable,
                    "-m",
                    "ml.resnet_gray.evaluation.against",
                    file,
                    photos,
                ],
                cwd=settings.BASE_DIR,
                stdout=subprocess.PIPE,
                stderr=errors,
                check=True,
                timeout=PATIENCE,
            )
        return {"model": str(version), **json.loads(made.stdout)}
    except (LookupError, registry.Unavailable, OSError, ValueError, subprocess.SubprocessError):
        log.warning("The model in service could not be measured.", exc_info=True)
        return {}
