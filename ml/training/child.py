"""The process that trains: its command line, how it is started and stopped, and its log.

It is a process of its own so that nothing in it, not even the kernel's memory killer, ends the
worker too. It ends with the process that started it, holds a lock on its folder, and runs at a low
priority, so that photos are colored first.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from colorweb import pytorch
from ml.models.runs import TrainingRun
from ml.training import estimate
from ml.training.options import PRESETS, Options
from ml.training.preparing import Data

NICE = 10
TAIL = 8000  # characters of the log that a row keeps
GRACE = 900  # seconds that a child has to save its work once it gets SIGTERM
MAX_CHECK_STEPS = 2000  # from one check to the next


def arguments(
    run: TrainingRun, data: Data, base: Path | None, photos: int, served: Path | None
) -> list[str]:
    """The engine's arguments for a run; `photos` of them are learned from."""
    options = Options.of(run.options)
    resuming = (run.local / "checkpoint.pt").exists()
    batch = options.batch or 1
    flags: dict[str, Any] = {
        "--resume" if resuming else "--run": run.local,
        "--preset": PRESETS[run.preset].recipe,
        "--data": data.training,
        "--check": data.validation if data.validation.exists() else None,
        "--measure": data.reference or None,
        "--against": served,
        "--from": None if resuming else base,
        "--epochs": options.epochs,
        "--batch": options.batch,
        "--rate": options.rate,
        "--size": options.size,
        "--seed": options.seed,
        "--patience": options.patience,
        "--limit": options.limit,
        "--precision": options.precision,
        "--check-seconds": estimate.OF_BASELINE * run.baseline.get("seconds", 0.0),
        # One check an epoch; long epochs are checked more often.
        "--check-every": min(
            MAX_CHECK_STEPS, max(1, min(photos, options.limit or photos) // batch)
        ),
    }
    given: list[str] = []
    for flag, value in flags.items():
        if value is not None:
            given += [flag, *map(str, value if isinstance(value, list) else [value])]
    return [*given, "--follow-parent"]


def command(module_arguments: Sequence[str], devices: int) -> list[str]:
    """The command line: the engine itself, or several of it under torchrun."""
    module = "ml.resnet_gray.training.train"
    python = pytorch.python_or_this()
    if devices > 1:
        launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(devices)]
        # torchrun does not end with its parent by itself.
        tool = shutil.which("setpriv")
        parent_death_signal = [tool, "--pdeathsig", "TERM"] if tool else []
        return [
            *parent_death_signal,
            python,
            *launcher,
            "-m",
            "--",
            module,
            *module_arguments,
        ]
    return [python, "-m", module, *module_arguments]


def low_priority() -> list[str]:
    """What to put before a command so that coloring photos has the processors first."""
    nice = shutil.which("nice")
    return [nice, "-n", str(NICE)] if nice else []


class Child:
    """A started process whose output goes to `log`."""

    def __init__(self, command: Sequence[str], log: Path, gpus: int) -> None:
        environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "PYTHONUNBUFFERED": "1"}
        environment.pop("OMP_NUM_THREADS", None)
        if gpus == 1:  # the photos' network lives on it too
            environment["PYTORCH_CUDA_ALLOC_CONF"] = (
                f"per_process_memory_fraction:{settings.TRAINING_GPU_SHARE}"
            )
        with log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603
                [*low_priority(), *command],
                cwd=settings.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self.process.poll()

    def stop(self) -> None:
        """Asks it to save its work and end."""
        if self.status is None:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once and waits until it is gone."""
        if self.status is None:
            self.process.kill()
        self.process.wait()


def tail(log: Path) -> str:
    """The last lines of a log."""
    try:
        with log.open("rb") as file:
            _skip_to_tail(file)
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return text.replace("\0", "")


def _skip_to_tail(file: IO[bytes]) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL))
    if size > TAIL:
        file.readline()
