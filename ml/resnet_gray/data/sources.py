"""Where photos come from: folders, tars, globs of either, single photos, roots of Places365."""

import glob
import io
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ml.imaging.photos import SUFFIXES


class DataError(Exception):
    """Nothing to learn from; the message says what was looked at."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a photo's bytes lie, so that they can be read again."""

    path: Path
    offset: int = 0
    length: int = -1  # to the end

    def read(self) -> bytes:
        """The photo's bytes. Raises OSError."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.length)


class Source(NamedTuple):
    """A photo that was found; ``place`` is None in a compressed tar, which is read once only."""

    name: str
    content: bytes
    place: Place | None


def find(
    paths: Sequence[Path | str], split: str = "train", others: list[str] | None = None
) -> Iterator[Source]:
    """Every photo, in a fixed order; the names of files that are no photos go to ``others``.

    ``split`` chooses between the parts of a Places365 root. Raises DataError for a path that is
    not there.
    """
    others = [] if others is None else others
    for path in paths:
        found = [Path(p) for p in sorted(glob.glob(str(path)))]  # noqa: PTH207 (an absolute pattern)
        if not found:
            raise DataError(f"{path}: no such folder, tar or photo")
        for each in found:
            yield from _open(each, split, others)


def _open(path: Path, split: str, others: list[str]) -> Iterator[Source]:
    if (path / "categories_places365.txt").exists():
        yield from _places365(path, split)
    elif path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in SUFFIXES:
                yield _file(file, str(file.relative_to(path)))
            elif file.is_file():
                others.append(str(file.relative_to(path)))
    elif path.suffix.lower() in SUFFIXES:
        yield _file(path, path.name)
    else:
        yield from _tar(path, others)


def _file(path: Path, name: str) -> Source:
    place = Place(path)
    try:
        return Source(name, place.read(), place)
    except OSError:  # listed but not there, or not ours to read: empty, and so a broken photo
        return Source(name, b"", place)


def _tar(path: Path, others: list[str]) -> Iterator[Source]:
    try:
        with tarfile.open(path) as tar:
            plain = isinstance(tar.fileobj, io.BufferedReader)  # and no decompressor
            for member in tar:
                file = tar.extractfile(member)
                if file and Path(member.name).suffix.lower() in SUFFIXES:
                    place = Place(path, member.offset_data, member.size) if plain else None
                    yield Source(member.name, file.read(), place)
                elif file:
                    others.append(member.name)
    except tarfile.TarError as error:
        raise DataError(f"{path}: neither a tar of photos nor a photo ({error})") from error


def _places365(root: Path, split: str) -> Iterator[Source]:
    from torchvision.datasets import Places365  # noqa: PLC0415 (slow to import, seldom needed)

    parts = {"train": ("train-standard", "data_256_standard"), "val": ("val", "val_256")}
    part, small = parts[split]
    try:
        listed = Places365(root, split=part, small=(root / small).exists()).imgs
    except RuntimeError as error:
        raise DataError(f"{root}: not a whole copy of Places365 ({error})") from error
    for file, _ in listed:
        yield _file(Path(file), str(Path(file).relative_to(root)))
