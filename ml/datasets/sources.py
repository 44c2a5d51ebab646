"""The photos of a data set, wherever they are: an archive, a folder, Places365, people's own."""

import glob
import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from colorweb.errors import DomainError
from ml import consent
from ml.datasets import archives
from ml.datasets.archives import Found, is_photo
from ml.datasets.errors import Unreadable
from ml.models.datasets import DataSet

PLACES365_LIST = "places365_train_standard.txt"
PLACES365_FOLDERS = ("data_256_standard", "data_256", "data_large_standard", "data_large")


def photos(data_set: DataSet) -> Iterator[Found]:
    """Every photo of the set, in a fixed order. Raises DomainError, naming what was looked at."""
    if data_set.kind == DataSet.Kind.UPLOAD:
        return _uploaded(data_set.archive)
    if data_set.kind == DataSet.Kind.CONSENTED:
        return _consented()
    if data_set.kind == DataSet.Kind.PLACES365:
        return _places365(allowed(data_set.path))
    return _on_server(data_set.path)


def allowed(path: str) -> list[Path]:
    """What a path or glob names, inside `DATA_ROOTS`. Raises DomainError."""
    roots = [Path(root).resolve() for root in settings.DATA_ROOTS]
    try:
        # A path that does not begin with / is looked for in every root.
        patterns = [path] if Path(path).is_absolute() else [str(root / path) for root in roots]
        found = [Path(p).resolve() for pattern in patterns for p in sorted(glob.glob(pattern))]  # noqa: PTH207 (an absolute pattern)
    except (ValueError, OSError):
        found = []
    inside = [p for p in found if _inside(p, roots)]
    if not inside:
        raise DomainError(
            "no_such_path",
            path=path,
            roots=", ".join(map(str, roots)) or "–",
        )
    return inside


def _inside(path: Path, roots: Iterable[Path]) -> bool:
    return any(path.is_relative_to(root) for root in roots)


def _uploaded(name: str) -> Iterator[Found]:
    with default_storage.open(name) as file:
        yield from archives.photos(file, default_storage.size(name))


def _on_server(path: str) -> Iterator[Found]:
    named = allowed(path)
    roots = [Path(root).resolve() for root in settings.DATA_ROOTS]
    for place, each in enumerate(named):
        done = place / len(named)
        if each.is_dir():
            yield from _in_folder(each, roots, done, 1 / len(named))
        elif is_photo(each.name):
            yield Found(done, each.name, partial(_read, each))
        else:
            with each.open("rb") as file:
                for found in archives.photos(file, each.stat().st_size):
                    share = done + found.done / len(named)
                    yield found._replace(done=share, name=f"{each.stem}/{found.name}")


def _in_folder(folder: Path, roots: list[Path], start: float, share: float) -> Iterator[Found]:
    names = sorted(
        os.path.relpath(os.path.join(parent, name), folder)  # noqa: PTH118 (millions of them)
        for parent, _folders, names in os.walk(folder)
        for name in names
        if is_photo(name)
    )
    for place, name in enumerate(names):
        path = (folder / name).resolve()
        if _inside(path, roots):  # a link may lead out
            yield Found(start + share * place / len(names), name, partial(_read, path))


def _places365(roots: list[Path]) -> Iterator[Found]:
    """The list of training photos; the official validation photos stay unseen."""
    root = roots[0]
    folder = next((root / name for name in PLACES365_FOLDERS if (root / name).is_dir()), None)
    listed = root / PLACES365_LIST
    if folder is None or not listed.is_file():
        raise DomainError(
            "no_such_path.places365",
            path=str(root),
            list=PLACES365_LIST,
            folders=", ".join(PLACES365_FOLDERS),
        )
    names = [line.split(" ")[0].lstrip("/") for line in listed.read_text().splitlines() if line]
    for place, name in enumerate(names):
        path = (folder / name).resolve()
        if path.is_relative_to(root):
            yield Found(place / len(names), name, partial(_read, path))


def _consented() -> Iterator[Found]:
    known = list(consent.photos())
    for place, (name, photo) in enumerate(known):
        suffix = Path(name).suffix.lower()
        yield Found(place / len(known), f"{photo}{suffix}", partial(_stored, name))


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > settings.DATASET_MAX_PHOTO:
            raise Unreadable(f"larger than {settings.DATASET_MAX_PHOTO // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error


def _stored(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return file.read()
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error
