"""The photos of checked data sets as local tars, for a process that knows nothing of the site.

What is written is exactly what the check has seen: every photo is compared with the index, and a
set that has changed since, or a photo whose owner took it back, stops it with a sentence.
"""

import io
import json
import shutil
import tarfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from colorweb.errors import DomainError
from ml.datasets import editing, index, sources
from ml.datasets.errors import Unreadable
from ml.datasets.index import TRAINING, VALIDATION
from ml.datasets.pictures import USABLE, Entry, for_training
from ml.imaging.photos import SUFFIXES
from ml.models.datasets import DataSet


@dataclass(frozen=True)
class ChosenSet:
    """A data set, and what was in it when it was chosen."""

    data_set: DataSet
    fingerprint: str


def materialize(
    chosen: Sequence[ChosenSet],
    folder: Path,
    on_progress: Callable[[float], None] = lambda _done: None,
    *,
    without: Collection[str] = (),
    first: int = 0,
) -> dict[str, Path]:
    """Writes `training.tar` and `validation.tar` into `folder`; answers them by part.

    The order of photos is that of the sets. A photo that is in several sets is taken once, and
    held out if one of them holds it out; those whose SHA-256 is in `without` are not. Names begin
    with the place of their set, counted from `first`. Tars that are there already from the same
    sets stay.
    `on_progress` is called with 0..1, and may raise to stop. Raises DomainError, OSError.
    """
    tars = {part: folder / f"{part}.tar" for part in (TRAINING, VALIDATION)}
    made = folder / "made.json"
    fingerprints = [each.fingerprint for each in chosen]
    if without:
        fingerprints.append(sha256("\n".join(sorted(without)).encode()).hexdigest())
    # People may have withdrawn their consent: those sets are read again each time.
    lasting = all(each.data_set.kind != DataSet.Kind.CONSENTED for each in chosen)
    if lasting and made.exists() and json.loads(made.read_text()) == fingerprints:
        return tars
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    indexes = [_index(each) for each in chosen]
    held_out = {e.sha256 for entries in indexes for e in entries.values() if e.part == VALIDATION}
    written = set(without)
    with tarfile.open(tars[TRAINING], "w") as training, tarfile.open(tars[VALIDATION], "w") as rest:
        for place, (each, entries) in enumerate(zip(chosen, indexes, strict=True)):
            for done, entry, content in _photos(each.data_set, entries):
                on_progress((place + done) / len(chosen))
                if entry.sha256 not in written:
                    written.add(entry.sha256)
                    tar = rest if entry.sha256 in held_out else training
                    kind = f"{entry.kind}/" if entry.kind else ""
                    _add(tar, f"{first + place}/{kind}{entry.name}", content)
    made.write_text(json.dumps(fingerprints))
    return tars


def hashes_of(chosen: ChosenSet) -> set[str]:
    """The SHA-256 of every usable photo of a set. Raises DomainError if it has changed."""
    return {entry.sha256 for entry in _index(chosen).values()}


def _index(chosen: ChosenSet) -> dict[str, Entry]:
    """The usable entries of a set by name, if it is still the one that was chosen."""
    data_set = chosen.data_set
    if data_set.state != DataSet.State.READY:
        raise DomainError(
            "data_set_not_ready",
            name=data_set.name,
        )
    name = editing.index_of(data_set, chosen.fingerprint)
    if name is None:
        raise DomainError("data_set_changed.fingerprint", name=data_set.name)
    return {e.name: e for e in index.read(name) if e.verdict == USABLE}


def _photos(data_set: DataSet, entries: dict[str, Entry]) -> Iterator[tuple[float, Entry, bytes]]:
    """Every usable photo of a set: how far it is, its entry, its content as the check saw it."""
    missing = set(entries)
    for found in sources.photos(data_set):
        entry = entries.get(found.name)
        if entry is None or found.name not in missing:
            continue
        try:
            content = found.read()
        except Unreadable as error:
            raise _changed(data_set, f"{found.name}: {error}") from error
        if sha256(content).hexdigest() != entry.sha256:
            raise _changed(data_set, found.name)
        missing.remove(found.name)
        yield found.done, entry, content
    if missing:
        raise _changed(data_set, min(missing))


def _changed(data_set: DataSet, what: str) -> DomainError:
    return DomainError(
        "data_set_changed",
        name=data_set.name,
        what=what,
    )


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    usable = for_training(name, content)
    if PurePosixPath(name).suffix.lower() not in SUFFIXES or usable is not content:
        name += ".jpg"
    member = tarfile.TarInfo(name)
    member.size = len(usable)
    tar.addfile(member, io.BytesIO(usable))
