"""Files of data sets, runs and evaluations that no row knows, or that show what they may not.

A set of photos whose owners allow it has a contact sheet; evaluations and runs on it have pictures,
too. When one of these owners deletes a photo or the account, or takes the permission back, they go.
"""

import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePath

from django.core.files.storage import default_storage

from colorweb import clock, storage
from ml import consent
from ml.datasets import check, index
from ml.datasets.pictures import USABLE, Entry
from ml.models import DataSet, Evaluation, ModelVersion, RunData, RunSample, TrainingRun

Changed = dict[uuid.UUID, bool]
"""For each set of photos that owners allow: whether validation photos of it were withdrawn."""
SHOWING = ("sheet", "pictures")
OF_PARTS = (*SHOWING, "each")
"""Files of a set that was compared on: those that show photos, and figures."""
FOLDERS = {"datasets": DataSet, "training": TrainingRun, "evaluations": Evaluation}
"""Storage folders, each with a folder for each row of a model."""


def known() -> set[str]:
    """Storage names of everything that rows of data sets and evaluations promise."""
    of_sets = DataSet.objects.values_list("archive", "index", "sheet", "tiles")
    earlier = DataSet.objects.values_list("earlier", flat=True)
    indexes = {version["index"] for versions in earlier for version in versions}
    of_parts = Evaluation.objects.values_list("parts", flat=True)
    files = {part.get(kind) for parts in of_parts for part in parts for kind in OF_PARTS}
    return {name for names in of_sets for name in names} | indexes | files - {"", None}


def unknown() -> Iterator[str]:
    """Storage names of old files that no row knows, and of sheets that show withdrawn photos."""
    named = known()
    for folder, model in FOLDERS.items():
        rows = {str(pk) for pk in model.objects.values_list("pk", flat=True)}
        for name, modified in storage.walk(folder):
            # What is in a run's folder its worker keeps in order itself.
            lost = folder != "training" and name not in named
            if (lost or name.split("/")[1] not in rows) and clock.is_orphan(modified):
                yield name
    yield from withdrawn_sheets()


def withdrawn_sheets() -> Iterator[str]:
    """Pictures with photos that their owners no longer allow, or of which that is not known."""
    allowed = {photo for _name, photo in consent.photos()}
    changed: Changed = {}
    for data_set in DataSet.objects.filter(kind=DataSet.Kind.CONSENTED):
        entries = _entries(data_set)
        usable = _usable(entries)
        gone = [entry for entry in usable if PurePath(entry.name).stem not in allowed]
        changed[data_set.pk] = any(entry.part == index.VALIDATION for entry in gone)
        if data_set.sheet and any(entry in gone for entry in usable[: check.SHOWN]):
            yield data_set.sheet
        if data_set.tiles and any(PurePath(e.name).stem not in allowed for e in entries):
            yield data_set.tiles
    for evaluation in Evaluation.objects.iterator():
        for part in evaluation.parts:
            data_set = DataSet.objects.filter(pk=part["data_set"]).first()
            # Who is on a sheet whose set is gone cannot be found out.
            withdrawn = data_set is None or _is_changed(data_set, part["fingerprint"], changed)
            if withdrawn:
                yield from filter(None, (part.get(kind) for kind in SHOWING))
    for used in RunData.objects.filter(data_set__in=changed).select_related("data_set", "run"):
        if used.data_set and _is_changed(used.data_set, used.fingerprint, changed):
            yield from used.run.samples.values_list("file", flat=True)
            for samples in used.run.versions.values_list("samples", flat=True):
                yield from samples


def _is_changed(data_set: DataSet, fingerprint: str, changed: Changed) -> bool:
    """Whether pictures of the set's validation photos, as it was then, show one of those gone."""
    if data_set.kind != DataSet.Kind.CONSENTED:
        return False
    return changed[data_set.pk] or fingerprint != data_set.fingerprint


def sweep() -> int:
    """Delete all of these; how many. A set's next check makes it a new sheet."""
    names = set(unknown())
    _forget(names)
    for name in names:
        default_storage.delete(name)
    for folder in {name.rsplit("/", 1)[0] for name in names}:
        with suppress(OSError):  # there is more in it
            default_storage.delete(folder)
    return len(names)


def _entries(data_set: DataSet) -> list[Entry]:
    """A set's index."""
    try:
        return list(index.read(data_set.index)) if data_set.index else []
    except FileNotFoundError:  # the check of files says so
        return []


def _usable(entries: list[Entry]) -> list[Entry]:
    """What may be on a set's sheets, in the order in which the check chooses."""
    usable = [entry for entry in entries if entry.verdict == USABLE]
    return sorted(usable, key=lambda entry: entry.sha256)


def _forget(names: set[str]) -> None:
    """Rows point no longer at these files."""
    DataSet.objects.filter(sheet__in=names).update(sheet="")
    DataSet.objects.filter(tiles__in=names).update(tiles="")
    RunSample.objects.filter(file__in=names).delete()
    for version in ModelVersion.objects.exclude(samples=[]):
        kept = [name for name in version.samples if name not in names]
        ModelVersion.objects.filter(pk=version.pk).update(samples=kept)
    for evaluation in Evaluation.objects.iterator():
        parts = [
            part | {kind: "" for kind in SHOWING if part.get(kind) in names}
            for part in evaluation.parts
        ]
        if parts != evaluation.parts:
            Evaluation.objects.filter(pk=evaluation.pk).update(parts=parts)
