"""A site's rows and files into one tar, while it runs."""

import gzip
import io
import json
import tarfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.db.models import Model
from django.utils import timezone
from tqdm import tqdm

from colorweb.accounts.models import User
from colorweb.backup import BackupError, rows, stored
from jobs.models import Photo

FORMAT = 1
ABOUT, ROWS, FILES, END = "about.json", "rows.jsonl.gz", "files/", "end.json"
"""What is in the tar, in this order; without an end it was cut short."""
DELETABLE: tuple[type[Model], ...] = (User, Photo)
"""What people delete, with all that hangs on it: what goes during a backup must not come back."""


def backup(target: Path) -> Path:
    """Save everything to `target`, or to a file named after the time if that is a folder.

    The file is readable by its owner only, and there under its name once it is whole. Raises
    BackupError and OSError.
    """
    if target.is_dir():
        target /= f"colorweb-{timezone.now():%Y%m%d-%H%M%S}.tar"
    if target.exists():
        raise BackupError(f"{target} is there already. Name another file, or a folder.")
    part = target.with_name(f"{target.name}.part")
    part.touch(mode=0o600)
    try:
        with tarfile.open(part, "w") as tar:
            _save(tar)
        part.rename(target)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return target


def _save(tar: tarfile.TarFile) -> None:
    with TemporaryFile() as spool:
        with rows.one_moment():
            before = [_keys(model) for model in DELETABLE]
            _add_json(tar, ABOUT, {"format": FORMAT, "migrations": rows.migrations()})
            total = rows.count()
            with gzip.open(spool, "wt", compresslevel=3, encoding="utf-8") as lines:
                for _row in tqdm(rows.dump(lines), "rows", total, unit=""):
                    pass
        size = spool.tell()
        spool.seek(0)
        _add(tar, ROWS, size, spool)

    names = list(stored.names())
    for name, file in tqdm(stored.read(names), "files", len(names), unit=""):
        if file:
            _add(tar, FILES + name, file.size, file)

    gone = {
        model._meta.label: sorted(keys - _keys(model))
        for model, keys in zip(DELETABLE, before, strict=True)
    }
    _add_json(tar, END, {"gone": gone})


def _keys(model: type[Model]) -> set[str]:
    return {str(pk) for pk in model._base_manager.values_list("pk", flat=True).iterator()}


def _add_json(tar: tarfile.TarFile, name: str, about: dict[str, Any]) -> None:
    content = json.dumps(about, indent=1).encode()
    _add(tar, name, len(content), io.BytesIO(content))


def _add(tar: tarfile.TarFile, name: str, size: int, file: Any) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(timezone.now().timestamp())
    tar.addfile(entry, file)
