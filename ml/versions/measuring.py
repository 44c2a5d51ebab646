"""Two versions measured on photos, each by a child process, whose end never ends the worker."""

import json
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from django.conf import settings
from PIL import Image

from colorweb import pytorch
from colorweb.errors import DomainError
from ml.models import ModelVersion
from ml.versions import registry

MAX_PHOTOS = 200  # of a set
SHEET_PHOTOS = 40  # of them, in the pictures
TILE, COLUMNS = 192, 10  # as `ml.resnet_gray.evaluation.evaluate` makes them
POLL_EVERY = 0.2  # seconds


def measure(
    version: ModelVersion, photos: list[Path], target: Path, on_wait: Callable[[], None]
) -> dict[str, Any]:
    """A version's figures on photos, as `manage.py evaluate --json --each`; a sheet of them as
    `target.png`, and all of them in the folder `target`.

    `on_wait` is called every other moment, and may raise to stop. Raises DomainError with the last
    line of the child process.
    """
    weights = registry.local_file(version)
    module = "ml.resnet_gray.evaluation.evaluate"
    python = pytorch.python_or_this()
    command = ["nice", "-n", "10", python, "-m", module, "--model", str(weights)]
    command += ["--data", *map(str, photos), "--limit", str(MAX_PHOTOS), "--json", "--each"]
    command += ["--sheet", str(target.with_suffix(".png")), "--pictures", str(target)]
    with TemporaryFile("w+") as output, TemporaryFile("w+") as errors:
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=settings.BASE_DIR,
            stdout=output,
            stderr=errors,
            text=True,
        )
        try:
            while _runs(process):
                on_wait()
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            lines = _text(errors).strip().splitlines() or [f"status {process.returncode}"]
            raise DomainError("not_measured", why=lines[-1])
        return dict(json.loads(_text(output)))


def _runs(process: subprocess.Popen[str]) -> bool:
    """Whether it still runs, after a moment."""
    try:
        process.wait(POLL_EVERY)
    except subprocess.TimeoutExpired:
        return True
    return False


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read())


def columns(photos: int) -> int:
    """How many photos stand side by side in the pictures."""
    return min(photos, COLUMNS)


def side_by_side(ours: Path, theirs: Path, photos: int) -> bytes:
    """Two sheets of so many photos as one JPEG: gray, ours, theirs, true below one another."""
    with Image.open(ours) as first, Image.open(theirs) as second:
        a, b = np.asarray(first.convert("RGB")), np.asarray(second.convert("RGB"))
    a, b = a[:, : columns(photos) * TILE], b[:, : columns(photos) * TILE]
    bands = []
    for top in range(0, min(len(a), SHEET_PHOTOS // COLUMNS * 3 * TILE), 3 * TILE):
        gray, shown, true = (a[top + i * TILE : top + (i + 1) * TILE] for i in range(3))
        bands += [gray, shown, b[top + TILE : top + 2 * TILE], true]
    buffer = BytesIO()
    Image.fromarray(np.vstack(bands)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
