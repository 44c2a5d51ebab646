"""A data set's index: every photo with its hash, verdict and part, as packed lines of JSON."""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import cast

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from ml.datasets.pictures import USABLE, Entry
from ml.resnet_gray.old_names import RENAMED

TRAINING, VALIDATION = "training", "validation"
VALIDATION_SHARE = 0.1
MAX_VALIDATION = 2000  # photos


def split(entries: Sequence[Entry]) -> None:
    """Puts every usable entry into a part, by the hash of its content alone.

    The tenth of the photos with the lowest hashes, at most 2,000 and at least one, is held out
    for validation; a single photo is for training.
    """
    usable = sorted((e for e in entries if e.verdict == USABLE), key=lambda entry: entry.sha256)
    held_out = min(MAX_VALIDATION, max(1, round(len(usable) * VALIDATION_SHARE)), len(usable) - 1)
    for place, entry in enumerate(usable):
        entry.part = VALIDATION if place < held_out else TRAINING


def fingerprint(entries: Iterable[Entry]) -> str:
    """SHA-256 that two sets share if the same photos are in the same parts."""
    lines = sorted(f"{entry.sha256} {entry.part}" for entry in entries if entry.verdict == USABLE)
    return sha256("\n".join(lines).encode()).hexdigest()


def write(name: str, entries: Iterable[Entry]) -> None:
    """Stores an index under a new name."""
    lines = "".join(json.dumps(entry.line(), ensure_ascii=False) + "\n" for entry in entries)
    if default_storage.save(name, ContentFile(gzip.compress(lines.encode()))) != name:
        raise FileExistsError(name)


def read(name: str) -> Iterator[Entry]:
    """The entries of an index, in its order."""
    with (
        default_storage.open(name) as stored,
        gzip.open(cast("gzip.GzipFile", stored), "rt", encoding="utf-8") as lines,
    ):
        for line in lines:
            entry = Entry(**json.loads(line))
            entry.verdict = RENAMED.get(entry.verdict, entry.verdict)
            yield entry
