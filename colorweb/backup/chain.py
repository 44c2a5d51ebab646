"""A backup's file, and the earlier ones that an increment builds on.

The tar holds, in this order: `about.json`, the rows, the listing of all files that the storage had
then (name -> time), files, `end.json`. An increment holds only files that are new since the backup
it names, which has to lie beside it.
"""

import gzip
import json
import tarfile
from pathlib import Path
from typing import IO, Any, cast

from colorweb.backup import BackupError

FORMAT, KNOWN_FORMATS = 2, (1, 2)  # without listing, and no increment: 1
ABOUT, ROWS, LISTING, FILES, END = (
    *("about.json", "rows.jsonl.gz", "listing.json.gz"),
    *("files/", "end.json"),
)
"""What is in the tar; without an end it was cut short."""
Listing = dict[str, str]
"""Names of all files of the storage -> when each was written."""


def of(path: Path) -> list[Path]:
    """A backup and those that it builds on, the newest first. Raises BackupError if one is away."""
    found = [path]
    while base := about(found[-1]).get("base"):
        before = path.with_name(base["name"])
        if not before.is_file() or about(before).get("id") != base["id"]:
            raise BackupError(
                f"{found[-1].name} holds only what is new since {base['name']}. Put that file "
                "beside it, and try again."
            )
        found.append(before)
    return found


def newest(folder: Path) -> Path | None:
    """The newest backup in a folder that an increment can build on; None if there is none."""
    for path in sorted(folder.glob("colorweb-*.tar"), reverse=True):
        try:
            if about(path)["format"] == FORMAT and of(path):
                return path
        except BackupError:  # of a chain with a link missing
            continue
    return None


def about(path: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises BackupError if the file is none."""
    return cast("dict[str, Any]", json.loads(_first(path, ABOUT)))


def listing(path: Path) -> Listing:
    """The names of all files that the storage had, with their times."""
    return cast("Listing", json.loads(gzip.decompress(_first(path, LISTING))))


def whole(path: Path, tar: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    """All entries by name. Raises BackupError if the file was cut short."""
    try:
        entries = {entry.name: entry for entry in tar}
    except tarfile.TarError as error:
        raise _not_whole(path, error) from error
    if END not in entries or ABOUT not in entries:
        raise _not_whole(path)
    return entries


def _first(path: Path, name: str) -> bytes:
    """An entry from the beginning of the file, which may be large: the rest is not read."""
    try:
        with tarfile.open(path, "r:") as tar:
            for entry in tar:
                if entry.name == name:
                    return cast("IO[bytes]", tar.extractfile(entry)).read()
                if entry.name.startswith(FILES):
                    break
    except tarfile.TarError as error:
        raise _not_whole(path, error) from error
    raise _not_whole(path)


def _not_whole(path: Path, why: object = "") -> BackupError:
    return BackupError(f"{path} is not a whole backup of this site{': ' if why else '.'}{why}")
