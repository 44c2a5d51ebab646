"""Which photos a command means: files, and with `recursive` whole folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePath

PHOTOS = frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".heic"),
        *(".heif", ".avif", ".bmp", ".gif", ".jp2", ".j2k", ".jpx", ".jxl", ".pdf", ".dng"),
        *(".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw"),
    )
)
"""Suffixes of what is taken from folders; a file that is named itself may have any."""


class NoPhotos(ValueError):
    """What was named is not there, or is no photo."""


@dataclass(frozen=True, slots=True)
class Source:
    """A photo, and where it lies below the folder that was named."""

    path: Path
    place: PurePath


def find(
    named: Sequence[Path], *, recursive: bool, exclude: Iterable[str] = (), out: Path | None = None
) -> list[Source]:
    """The photos among files and folders, each once, in order. Raises NoPhotos.

    `exclude` has patterns of names, or of paths below a folder. The folder of the results, `out`,
    and hidden files are passed over.
    """
    patterns = tuple(exclude)
    found: dict[Path, Source] = {}
    for path in named:
        for source in _below(path, recursive=recursive, out=out):
            if not _matches(source.place, patterns):
                found.setdefault(source.path.resolve(), source)
    if not found:
        raise NoPhotos("There is no photo among what you named.")
    return list(found.values())


def _below(path: Path, *, recursive: bool, out: Path | None) -> Iterator[Source]:
    if not path.is_dir():
        if not path.is_file():
            raise NoPhotos(f"There is no file {path}")
        yield Source(path, PurePath(path.name))
        return
    if not recursive:
        raise NoPhotos(f"{path} is a folder: take the photos in it with -r")
    results = out.resolve() if out else None
    for folder, folders, names in os.walk(path):
        here = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and (here / name).resolve() != results
        )
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in PHOTOS:
                yield Source(here / name, (here / name).relative_to(path))


def _matches(place: PurePath, patterns: Iterable[str]) -> bool:
    """Whether a pattern names the photo, a folder above it, or its path."""
    return any(
        fnmatch(part, pattern) for pattern in patterns for part in (*place.parts, str(place))
    )
