"""A site's rows and files back from the tar that `save` made."""

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, cast

import redis
from django.apps import apps
from django.core.cache import cache
from django.db import IntegrityError, transaction
from tqdm import tqdm

from colorweb.accounts import installation
from colorweb.accounts.models import User
from colorweb.backup import BackupError, chain, rows, stored
from colorweb.backup.chain import ABOUT, END, FILES, FORMAT, KNOWN_FORMATS, LISTING, ROWS
from colorweb.health import workers
from jobs.models import Photo

Saved = list[tuple[tarfile.TarFile, dict[str, tarfile.TarInfo]]]
"""Open backups with their entries by name, the newest first."""


def restore(source: Path, *, replace: bool = False) -> None:
    """Put everything saved in `source`, and in those it builds on, in the place of what there is.

    Files first, then all rows in one transaction: cut short, it has changed nothing that shows,
    and may be run again. Raises BackupError if a file is not whole or belongs to another
    version, if the site runs, or if it holds something and `replace` does not allow to delete it.
    """
    with ExitStack() as stack:
        saved: Saved = []
        for path in chain.of(source):
            tar = stack.enter_context(tarfile.open(path, "r:"))
            saved.append((tar, chain.whole(path, tar)))
        newest = saved[0][0]
        _check(_json(newest, ABOUT))
        _check_place(replace=replace)
        _restore_files(saved)
        _restore_rows(newest, _json(newest, END)["gone"])
        installation.renew()
    cache.clear()


def _check(about: dict[str, Any]) -> None:
    if about["format"] not in KNOWN_FORMATS:
        raise BackupError(f"This backup has format {about['format']}, not {FORMAT}.")
    here, there = set(rows.migrations()), set(about["migrations"])
    if here != there:
        raise BackupError(
            "This backup is of another version of the site. Install that version, restore, and "
            f"upgrade then. Migrations that differ: {', '.join(sorted(here ^ there))}."
        )


def _check_place(*, replace: bool) -> None:
    try:
        running = workers.alive()
    except redis.RedisError:
        running = {}
    if running:
        raise BackupError("Workers are running. Stop the site, wait 15 seconds, and try again.")
    photos, accounts = Photo.objects.count(), User.objects.count()
    if (photos or accounts) and not replace:
        raise BackupError(
            f"There are {photos} photos and {accounts} accounts here. To delete them and put the "
            "backup in their place, add --replace."
        )


def _restore_files(saved: Saved) -> None:
    chosen = list(_chosen(saved))

    def files() -> Iterator[tuple[str, int, IO[bytes]]]:
        for tar, entry in chosen:
            content = cast("IO[bytes]", tar.extractfile(entry))
            yield entry.name.removeprefix(FILES), entry.size, content

    for _name in tqdm(stored.write(files()), "files", len(chosen), unit=""):
        pass


def _chosen(saved: Saved) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Each file that there was at the time of the newest, from the newest that holds it."""
    newest, entries = saved[0]
    wanted: set[str] | None = None
    if LISTING in entries:
        packed = cast("IO[bytes]", newest.extractfile(LISTING)).read()
        wanted = {FILES + name for name in json.loads(gzip.decompress(packed))}
    for tar, entries in saved:
        for name, entry in entries.items():
            if name.startswith(FILES) and (wanted is None or name in wanted):
                yield tar, entry
        if wanted is not None:
            wanted -= entries.keys()


def _restore_rows(tar: tarfile.TarFile, gone: dict[str, list[str]]) -> None:
    try:
        with (
            transaction.atomic(),
            gzip.open(cast("IO[bytes]", tar.extractfile(ROWS))) as packed,
            tqdm(desc="rows", unit="") as bar,
        ):
            for inserted in rows.load(io.TextIOWrapper(cast("Any", packed), "utf-8")):
                bar.update(inserted)
            for label, keys in gone.items():
                apps.get_model(label)._base_manager.filter(pk__in=keys).delete()
    except IntegrityError as error:
        raise BackupError(f"The rows of this backup do not fit together: {error}") from error


def _json(tar: tarfile.TarFile, name: str) -> dict[str, Any]:
    return json.load(cast("IO[bytes]", tar.extractfile(name)))
