"""What staff change about single photos of a data set: exclude, restore, tag.

Each change makes a new version of the set, with a fingerprint of its own; runs and comparisons
that were begun with an earlier one still find it.
"""

import re
import uuid
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from colorweb.accounts.models import User
from colorweb.audit.records import record
from colorweb.errors import DomainError
from ml.datasets import index
from ml.datasets.pictures import EXCLUDED, USABLE, Entry
from ml.models import DataSet

MAX_KIND = 40  # letters


def exclude(data_set: DataSet, numbers: Collection[int], *, by: User | None = None) -> int:
    """Take photos, by their places in the index, out of what is learned from; how many."""

    def change(entry: Entry) -> Entry:
        usable = entry.verdict == USABLE
        return replace(entry, verdict=EXCLUDED, part="") if usable else entry

    return _edit(data_set, "photos excluded", numbers, change, by)


def restore(data_set: DataSet, numbers: Collection[int], *, by: User | None = None) -> int:
    """Undo `exclude`."""

    def change(entry: Entry) -> Entry:
        return replace(entry, verdict=USABLE) if entry.verdict == EXCLUDED else entry

    return _edit(data_set, "photos restored", numbers, change, by)


def tag(data_set: DataSet, numbers: Collection[int], kind: str, *, by: User | None = None) -> int:
    """Say of what kind photos are: the gate looks at each kind by itself. Empty: of none."""
    kind = re.sub(r"[^\w]+", "-", kind.lower()).strip("-")[:MAX_KIND]
    change = lambda entry: replace(entry, kind=kind)  # noqa: E731
    return _edit(data_set, "photos tagged", numbers, change, by, kind=kind)


def _edit(
    data_set: DataSet,
    what: str,
    numbers: Collection[int],
    change: Callable[[Entry], Entry],
    by: User | None,
    **more: str,
) -> int:
    with transaction.atomic():
        data_set = DataSet.objects.select_for_update().get(pk=data_set.pk)
        if data_set.state != DataSet.State.READY:
            raise DomainError("data_set_not_ready", name=data_set.name)
        before = list(index.read(data_set.index))
        wanted = set(numbers)
        after = [change(e) if place in wanted else e for place, e in enumerate(before)]
        changed = [new.name for old, new in zip(before, after, strict=True) if new != old]
        if changed:
            _keep(data_set, after, {"what": what, "photos": len(changed), **more}, by)
            names = changed[:100]
            record(what, data_set, after={"photos": names, "count": len(changed), **more})
    return len(changed)


def _keep(data_set: DataSet, entries: list[Entry], change: dict[str, Any], by: User | None) -> None:
    """The new version in the place of the old, which stays among the earlier ones."""
    index.split(entries)
    parts = [entry.part for entry in entries]
    training = parts.count(index.TRAINING)
    if not training:
        raise DomainError("no_photos.left")
    name = f"{data_set.folder}/{uuid.uuid4().hex[:12]}-index.jsonl.gz"
    index.write(name, entries)
    old = {
        "index": data_set.index,
        "fingerprint": data_set.fingerprint,
        "training": data_set.training,
        "validation": data_set.validation,
        "at": timezone.now().isoformat(),
        "by": by.email if by else "",
        **change,
    }
    DataSet.objects.filter(pk=data_set.pk).update(
        index=name,
        training=training,
        validation=parts.count(index.VALIDATION),
        fingerprint=index.fingerprint(entries),
        earlier=[*data_set.earlier, old],
    )


def index_of(data_set: DataSet, fingerprint: str) -> str | None:
    """The storage name of the index of a version, the newest or an earlier one."""
    if data_set.fingerprint == fingerprint:
        return data_set.index
    known = (old["index"] for old in data_set.earlier if old["fingerprint"] == fingerprint)
    return next(known, None)


def apply_again(data_set: DataSet, entries: list[Entry]) -> None:
    """What was said of photos before, said of the same ones found by another check."""
    if not data_set.index:
        return
    try:
        before = {entry.sha256: entry for entry in index.read(data_set.index)}
    except FileNotFoundError:
        return
    for entry in entries:
        if old := before.get(entry.sha256):
            entry.kind = old.kind
            if old.verdict == EXCLUDED and entry.verdict == USABLE:
                entry.verdict = EXCLUDED
