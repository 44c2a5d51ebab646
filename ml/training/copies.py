"""Copies of a run's folder in the storage, so that another machine can take the run up."""

import fcntl
import re
import shutil
import time
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from ml.datasets.manage import delete_folder
from ml.models.runs import TrainingRun
from ml.training import states

FILES = ("metrics.jsonl", "best.safetensors", "latest.safetensors", "checkpoint.pt")
"""The checkpoint last: a copy that has one is whole."""
LOCK_PATIENCE = 60  # seconds
HERE = "attempt"  # a file that says which attempt worked in a local folder last


def save(run: TrainingRun) -> None:
    """Copies what is needed to go on, and lets the row point at it. Raises leases.LeaseLost."""
    if not (run.local / "checkpoint.pt").exists():
        return
    step = int((run.local / "checkpoint.pt").stat().st_mtime)
    target = f"{run.folder}/copies/{run.attempt}-{step}"
    if run.checkpoint == target:
        return
    delete_folder(target)
    for name in FILES:
        if (run.local / name).exists():
            with (run.local / name).open("rb") as file:
                default_storage.save(f"{target}/{name}", File(file))
    old, run.checkpoint = run.checkpoint, target
    states.record(run, fence=run.attempt, checkpoint=target)
    if old:
        delete_folder(old)


def fetch(run: TrainingRun) -> None:
    """Makes the local folder the newest there is of the run, and marks it as this attempt's."""
    run.local.mkdir(parents=True, exist_ok=True)
    marker = run.local / HERE
    if _attempt_of(run.checkpoint) > _read(marker):
        for name in FILES:
            (run.local / name).unlink(missing_ok=True)
        _folders, names = default_storage.listdir(run.checkpoint)
        for name in sorted(names, key=FILES.index):
            part = run.local / f".{name}.part"
            with default_storage.open(f"{run.checkpoint}/{name}") as source, part.open("wb") as to:
                shutil.copyfileobj(source, to)
            part.replace(run.local / name)
    marker.write_text(str(run.attempt))


def wait_for_lock(run: TrainingRun) -> None:
    """Waits until the process of an earlier attempt here, told to end with its worker, is gone.

    One that does not end keeps its lock, and the engine refuses to be the second writer.
    """
    deadline = time.monotonic() + LOCK_PATIENCE
    with (run.local / "lock").open("a") as file:
        while time.monotonic() < deadline:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                time.sleep(0.5)
            else:
                return


def _attempt_of(copy: str) -> int:
    found = re.search(r"/copies/(\d+)-", copy)
    return int(found[1]) if found else 0


def _read(marker: Path) -> int:
    try:
        return int(marker.read_text())
    except (FileNotFoundError, ValueError):
        return 0
