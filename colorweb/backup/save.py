"""A site's rows and files into one tar, while it runs."""

import gzip
import io
import json
import tarfile
import uuid
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.db.models import Model
from django.utils import timezone
from tqdm import tqdm

from colorweb.accounts.models import User
from colorweb.backup import BackupError, chain, rows, stored
from colorweb.backup.chain import ABOUT, END, FILES, FORMAT, LISTING, ROWS
from jobs.models import Photo

DELETABLE: tuple[type[Model], ...] = (User, Photo)
"""What people delete, with all that hangs on it: what goes during a backup must not come back."""


def backup(target: Path, *, increment: bool = False) -> Path:
    """Save everything to `target`, or to a file named after the time if that is a folder.

    An increment, into a folder, leaves out the files that its newest backup and those before it
    hold; it is a full backup where there is none. The file is readable by its owner only, and
    there under its name once it is whole. Raises BackupError and OSError.
    """
    if increment and not target.is_dir():
        raise BackupError("An increment goes into the folder of the backups before it: name that.")
    base = chain.newest(target) if increment else None
    if target.is_dir():
        target /= f"colorweb-{timezone.now():%Y%m%d-%H%M%S}.tar"
    if target.exists():
        raise BackupError(f"{target} is there already. Name another file, or a folder.")
    part = target.with_name(f"{target.name}.part")
    part.touch(mode=0o600)
    try:
        with tarfile.open(part, "w") as tar:
            _save(tar, base)
        part.rename(target)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return target


def _save(tar: tarfile.TarFile, base: Path | None) -> None:
    about = {"format": FORMAT, "id": uuid.uuid4().hex, "migrations": rows.migrations()}
    if base:
        about["base"] = {"name": base.name, "id": chain.about(base)["id"]}
    with TemporaryFile() as spool:
        with rows.one_moment():
            before = [_keys(model) for model in DELETABLE]
            _add_json(tar, ABOUT, about)
            total = rows.count()
            with gzip.open(spool, "wt", compresslevel=3, encoding="utf-8") as lines:
                for _row in tqdm(rows.dump(lines), "rows", total, unit=""):
                    pass
        size = spool.tell()
        spool.seek(0)
        _add(tar, ROWS, size, spool)

    listing = stored.listing()
    packed = gzip.compress(json.dumps(listing).encode(), compresslevel=3)
    _add(tar, LISTING, len(packed), io.BytesIO(packed))
    known = chain.listing(base) if base else {}
    names = [name for name, written in listing.items() if known.get(name) != written]
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
