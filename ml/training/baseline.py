"""The baseline of a run: the model in service, measured on the run's validation photos."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from ml.training.child import low_priority
from ml.versions import registry

log = logging.getLogger(__name__)

TIMEOUT = 1800  # seconds


def measure(photos: Path, log_file: Path) -> dict[str, Any]:
    """The figures of a `check` line for the model in service, with its name; empty if it cannot.

    A process of its own makes them, because the worker never imports torch; `log_file` takes what
    that process writes to stderr.
    """
    try:
        version = registry.current()
        file = registry.local_file(version)
        with log_file.open("wb") as errors:
            process = subprocess.run(  # noqa: S603
                [
                    *low_priority(),
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
                timeout=TIMEOUT,
            )
        return {"model": str(version), **json.loads(process.stdout)}
    except (
        LookupError,
        registry.WeightsUnavailable,
        OSError,
        ValueError,
        subprocess.SubprocessError,
    ):
        log.warning("The model in service could not be measured.", exc_info=True)
        return {}
