"""A training run on disk: one writer at a time, and a journal that others follow.

``metrics.jsonl`` has one JSON object a line, each with ``event`` and ``time`` (seconds since 1970):

- ``reading``: ``photos`` looked at so far.
- ``start``: ``photos``, ``check_photos``, ``gray`` (left out), ``broken`` (name -> reason of the
  first few) and ``broken_count``, ``recipe``, ``device``, ``precision``, ``processes``,
  ``steps_per_epoch``, ``resumed``, ``code_revision``. When resumed, all lines with a later
  ``step`` than its own are void: those steps are made again.
- ``step``: ``loss`` and its parts, ``rate`` (learning rate), ``photos_per_second``,
  ``seconds_left``.
- ``check``, on held-out photos as people would get them now: ``loss`` (as in training, without
  dropout), ``photos``, ``size`` (the short side that the network works at), ``mse`` (that of
  ``mean``), ``of_gray`` (as a part of what no color at all would have), ``best`` (whether it is
  the best yet), ``true_colorfulness``, ``mean: {mse}``, ``shown: {psnr, colorfulness,
  colorfulness_diff, false_color, left_gray}``, and ``each``: every photo, as ``photo_figures``.
- ``samples``: ``files``, names of PNGs within the folder: a row for each of a few photos: gray, as
  the network colors it now, as the model in service does, as it was.
- ``end``: ``reason`` (``finished``, ``patience``, ``stopped`` or ``failed``), ``file``, the weights
  to use, if there are any, and ``error``, one line, if it failed.

All from ``start`` on have ``step``, ``epoch`` (with a fraction) and ``progress`` (0..1).
"""

import fcntl
import json
import os
import time
from pathlib import Path
from typing import IO, Any


class RunError(Exception):
    """The run cannot be worked on; the message says why."""


class RunFolder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    @property
    def checkpoint(self) -> Path:
        return self.path / "checkpoint.pt"

    def weights(self, name: str) -> Path:
        """``latest``, ``best`` or ``model``."""
        return self.path / f"{name}.safetensors"

    def lock(self) -> None:
        """Makes this process the only writer, as long as it lives. Raises RunError if one is there.

        The system releases the lock when the process ends, however it ends.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        file = (self.path / "lock").open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "another"
            raise RunError(f"{self.path} is in use by process {holder}") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._lock = file

    def log(self, event: str, **entry: Any) -> None:
        """Appends a line to the journal, whole or not at all for those who read along."""
        line = json.dumps({"event": event, "time": round(time.time(), 3), **entry})
        with (self.path / "metrics.jsonl").open("a") as file:
            file.write(line + "\n")
