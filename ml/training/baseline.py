"""The baseline of a run: the model in service, measured on the run's validation photos."""

import json
import logging
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings

from colorweb import pytorch
from ml.training.child import low_priority
from ml.versions import registry

log = logging.getLogger(__name__)

TIMEOUT = 1800  # seconds
POLL_EVERY = 0.2


def weights_of(figures: dict[str, Any]) -> Path | None:
    """The weights of the model that was measured, if they can be had."""
    try:
        return registry.local_file(registry.resolve(figures["model"])) if figures else None
    except (LookupError, registry.WeightsUnavailable, OSError):
        return None


def measure(
    photos: Sequence[Path], log_file: Path, on_wait: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """The figures of a `check` line for the model in service, with its name; empty if it cannot.

    A process of its own makes them, because the worker never imports torch; `log_file` takes what
    that process writes to stderr. `on_wait` is called every other moment, and may raise to stop.
    """
    try:
        version = registry.current()
        file = registry.local_file(version)
        began = time.monotonic()
        output = _measure(file, photos, log_file, on_wait)
        seconds = round(time.monotonic() - began, 1)
        return {"model": str(version), "seconds": seconds, **json.loads(output)}
    except (
        LookupError,
        registry.WeightsUnavailable,
        OSError,
        ValueError,
        subprocess.SubprocessError,
    ):
        log.warning("The model in service could not be measured.", exc_info=True)
        return {}


def _measure(
    file: Path, photos: Sequence[Path], log_file: Path, on_wait: Callable[[], None]
) -> str:
    """What the process prints. Raises SubprocessError if it fails."""
    module = "ml.resnet_gray.evaluation.against"
    python = pytorch.python_or_this()
    command = [*low_priority(), python, "-m", module, *map(str, [file, *photos])]
    with log_file.open("wb") as errors, TemporaryFile("w+") as printed:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=settings.BASE_DIR, stdout=printed, stderr=errors
        )
        began = time.monotonic()
        try:
            while process.poll() is None:
                on_wait()
                if time.monotonic() - began > TIMEOUT:
                    raise subprocess.TimeoutExpired(command, TIMEOUT)
                time.sleep(POLL_EVERY)
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        printed.seek(0)
        return printed.read()
