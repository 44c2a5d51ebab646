"""Checkpoints of a run in the storage, from which another machine can resume it."""

import fcntl
import re
import shutil
import time
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from colorweb.errors import DomainError
from ml.datasets.manage import delete_folder
from ml.models.runs import TrainingRun
from ml.training import states

FILES = ("metrics.jsonl", "best.safetensors", "latest.safetensors", "checkpoint.pt")
"""The checkpoint last: a stored folder that has one is whole."""
MIN_FREE = 1_000_000_000
"""Bytes where runs are kept, for one to begin: its photos, two checkpoints, and weights."""
LOCK_TIMEOUT = 60  # seconds
MARKER = "attempt"  # a file with the attempt that last worked in a local folder


def save(run: TrainingRun) -> None:
    """Stores the files needed to resume the run, and names their folder in its row.

    Raises leases.LeaseLost.
    """
    checkpoint = run.local / "checkpoint.pt"
    if not checkpoint.exists():
        return
    target = f"{run.folder}/copies/{run.attempt}-{checkpoint.stat().st_mtime_ns}"
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


def drop(run: TrainingRun) -> None:
    """Deletes what only a run that goes on needs; the journal and the log stay.

    Its samples lie in the storage, and its weights are a version by now, if it was not cut short.
    """
    for part in run.local.iterdir() if run.local.exists() else ():
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        elif part.suffix in (".pt", ".safetensors"):
            part.unlink(missing_ok=True)
    delete_folder(f"{run.folder}/copies")
    TrainingRun.objects.filter(pk=run.pk, checkpoint=run.checkpoint).update(checkpoint="")


def check_room() -> None:
    """Raises DomainError where a run would soon fill the disk."""
    folder = Path(settings.TRAINING_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE:
        raise DomainError("disk_full.before", free=free // 1_000_000, needed=MIN_FREE // 1_000_000)


def fetch(run: TrainingRun) -> None:
    """Brings the local folder up to the newest checkpoint, and marks it as this attempt's."""
    run.local.mkdir(parents=True, exist_ok=True)
    marker = run.local / MARKER
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
    """Waits for the end of an earlier attempt's process on this machine; it ends with its worker.

    One that does not end keeps its lock, and the engine refuses to be the second writer.
    """
    deadline = time.monotonic() + LOCK_TIMEOUT
    with (run.local / "lock").open("a") as file:
        while time.monotonic() < deadline:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                time.sleep(0.5)
            else:
                return


def _attempt_of(folder: str) -> int:
    found = re.search(r"/copies/(\d+)-", folder)
    return int(found[1]) if found else 0


def _read(marker: Path) -> int:
    try:
        return int(marker.read_text())
    except (FileNotFoundError, ValueError):
        return 0
