"""The files of the storage, wherever it is: several on their way at a time, as S3 needs it."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django.core.files.base import File
from django.core.files.storage import default_storage

from colorweb import storage
from colorweb.accounts.installation import MARKER
from colorweb.backup.chain import Listing

MAX_CONCURRENT = 16
SPOOL = 4_000_000  # bytes of a file in memory; what is larger goes to disk
NOT_SAVED = ("health", MARKER)  # what workers try the storage with; whose storage it is


def listing() -> Listing:
    """All files of the storage, in one pass over it."""
    return {
        name: modified.isoformat()
        for name, modified in storage.walk("")
        if name.split("/")[0] not in NOT_SAVED
    }


def read(paths: Iterable[str]) -> Iterator[tuple[str, File | None]]:
    """Each name with its open file, in the order asked for; None for what is there no more."""
    paths = iter(paths)
    with ThreadPoolExecutor(MAX_CONCURRENT) as threads:
        while batch := list(islice(paths, MAX_CONCURRENT)):
            for name, file in zip(batch, threads.map(_opened, batch), strict=True):
                yield name, file
                if file:
                    file.close()


def write(files: Iterable[tuple[str, int, IO[bytes]]]) -> Iterator[str]:
    """Store files given as name, size in bytes and content; yields the name of each.

    What is there under that name with that size stays: a stored file never changes.
    """
    files = iter(files)
    with ThreadPoolExecutor(MAX_CONCURRENT) as threads:
        while batch := [
            (name, size, _kept(file)) for name, size, file in islice(files, MAX_CONCURRENT)
        ]:
            yield from threads.map(_store, batch)


def _opened(name: str) -> File | None:
    try:
        file = default_storage.open(name)
        file.seek(0)  # storage elsewhere fetches it now, in this thread
    except FileNotFoundError:
        return None
    return file


def _kept(file: IO[bytes]) -> IO[bytes]:
    """A copy that may be read later, in another thread."""
    copy = SpooledTemporaryFile(SPOOL)  # noqa: SIM115 - closed once it is stored
    while piece := file.read(1 << 20):
        copy.write(piece)
    copy.seek(0)
    return cast("IO[bytes]", copy)


def _store(entry: tuple[str, int, IO[bytes]]) -> str:
    name, size, file = entry
    with file:
        try:
            if default_storage.size(name) == size:
                return name
            default_storage.delete(name)
        except FileNotFoundError:
            pass
        content: Any = File(file, name)
        content.size = size
        default_storage.save(name, content)
    return name
