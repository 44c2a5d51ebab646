"""Which result belongs to which photo, kept in the folder of the results.

A photo is known by its path and its content, a result by the photo and the options. A line of the
manifest is written before a photo is sent, when its job is known, and when its result is whole: so
whatever is cut goes on where it was, and no two photos ever share a name.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath

from colorweb_client.options import SUFFIXES, digest_of
from colorweb_client.sources import Source

FOLDER = ".colorweb"
"""Within the folder of the results: the manifest, and files that are not whole."""


class Busy(ValueError):
    """Another command writes into the folder."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one photo with one set of options."""

    source: str
    options: str
    target: str
    sha256: str = ""
    stamp: tuple[int, int] = (0, 0)
    server: str = ""
    job: str = ""
    result: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Photo and options."""
        return self.source, self.options


class Manifest:
    """The manifest of a folder; may be used by several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / FOLDER / "manifest.jsonl"
        self._entries: dict[tuple[str, str], Entry] = {}
        self._names: set[str] = set()
        self._lock = threading.Lock()
        for entry in self._read():
            self._keep(entry)

    def entry(self, source: Source, options: str) -> Entry:
        """A photo's entry: the one that is there, or a new one, under a name that is free.

        `options` is anything that tells sets of options apart.
        """
        name = self._name_of(source.path)
        known = self._entries.get((name, options))
        return known or Entry(name, options, self._free(source.place))

    def save(self, entry: Entry) -> Entry:
        """Write an entry down; the entry."""
        line = json.dumps(asdict(entry), ensure_ascii=False)
        with self._lock:
            self._keep(entry)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        return entry

    def plan(self, entry: Entry) -> None:
        """Keep an entry's name from others, without writing it down."""
        self._keep(entry)

    def is_done(self, entry: Entry, source: Path) -> bool:
        """Whether the result is there, and of what the photo holds now."""
        if not entry.result or not (self.folder / entry.result).is_file():
            return False
        return entry.stamp == stamp_of(source) or entry.sha256 == digest_of(source)

    def partial(self, entry: Entry) -> Path:
        """Where a result is written until it is whole."""
        return self.folder / FOLDER / f"{entry.job}.part"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """No other command writes into the folder within the block. Raises Busy."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with (self._path.parent / "lock").open("w") as file:
            _lock(file.fileno(), self.folder)
            for left in self._path.parent.glob("*.part"):
                left.unlink(missing_ok=True)
            yield

    def _read(self) -> Iterator[Entry]:
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            with suppress(ValueError, TypeError):  # a line that was cut
                row = json.loads(line)
                yield Entry(**{**row, "stamp": tuple(row["stamp"])})

    def _keep(self, entry: Entry) -> None:
        self._entries[entry.key] = entry
        self._names.add(entry.target.casefold())

    def _free(self, place: PurePath) -> str:
        """A name for a result beside those of others: a-color, a-color-2."""
        number = 1
        while True:
            tail = f"-{number}" if number > 1 else ""
            name = place.with_name(f"{place.stem}-color{tail}").as_posix()
            if name.casefold() not in self._names and not self._exists(name):
                return name
            number += 1

    def _exists(self, name: str) -> bool:
        return any((self.folder / f"{name}{suffix}").exists() for suffix in SUFFIXES.values())

    def _name_of(self, path: Path) -> str:
        """A photo's path, from the folder of the results: both may move together."""
        path = path.resolve()
        try:
            return Path(os.path.relpath(path, self.folder.resolve())).as_posix()
        except ValueError:  # another drive
            return path.as_posix()


def stamp_of(path: Path) -> tuple[int, int]:
    """Size in bytes and time of change in nanoseconds."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _lock(file: int, folder: Path) -> None:
    try:
        import fcntl  # noqa: PLC0415
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Busy(f"Another colorweb writes into {folder}. Wait until it is done.") from error
