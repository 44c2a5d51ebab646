"""What staff do with data sets: add, check, delete. Pages, API and commands call these."""

import uuid
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from colorweb.accounts.models import User
from colorweb.audit.records import record
from colorweb.errors import DomainError
from ml import wakeups
from ml.datasets import archives, sources
from ml.models import OVER, DataSet, TrainingRun

State = DataSet.State


def add(
    kind: str,
    name: str,
    *,
    path: str = "",
    file: File | None = None,
    user: User | None = None,
    note: str = "",
) -> DataSet:
    """Adds a data set and queues its check. Raises DomainError.

    `file` is a zip or tar for an upload; `path` a folder, tar or glob on the server, or the root
    of Places365.
    """
    verify(kind, path, file)
    data_set = DataSet(id=uuid.uuid4(), kind=kind, name=name, created_by=user, note=note)
    if kind == DataSet.Kind.UPLOAD and file:
        data_set.archive = _store(data_set, file)
    elif kind != DataSet.Kind.CONSENTED:
        data_set.path = path
    with transaction.atomic():
        data_set.save(force_insert=True)
        record("data set added", data_set, after={"kind": kind, "path": path, "note": note})
        transaction.on_commit(wakeups.CHECK.publish)
    return data_set


def verify(kind: str, path: str, file: File | None) -> None:
    """Raises DomainError for what no check could read."""
    if kind == DataSet.Kind.UPLOAD:
        if file is None:
            raise DomainError("no_archive")
        content: IO[bytes] = file
        archives.kind_of(content)
    elif kind != DataSet.Kind.CONSENTED:
        sources.allowed(path)


def _store(data_set: DataSet, file: File) -> str:
    content: IO[bytes] = file
    name = f"{data_set.folder}/photos.{archives.kind_of(content)}"
    return default_storage.save(name, file)


def recheck(data_set: DataSet) -> None:
    """Queues another check of its photos. Raises DomainError while a run uses it."""
    _free(data_set)
    with transaction.atomic():
        rows = DataSet.objects.filter(pk=data_set.pk, state__in=[State.READY, State.FAILED])
        if not rows.update(state=State.QUEUED, progress=0.0, crash_count=0):
            raise DomainError("data_set_busy")
        record("data set checked again", data_set)
        transaction.on_commit(wakeups.CHECK.publish)


def annotate(data_set: DataSet, *, name: str, note: str) -> None:
    """Changes what people wrote about it."""
    with transaction.atomic():
        before = DataSet.objects.select_for_update().get(pk=data_set.pk)
        DataSet.objects.filter(pk=data_set.pk).update(name=name, note=note)
        was = {"name": before.name, "note": before.note}
        record("data set changed", before, before=was, after={"name": name, "note": note})


def delete(data_set: DataSet) -> None:
    """Removes the row, the report, and an uploaded archive; photos on the server stay.

    Raises DomainError while a run uses it.
    """
    _free(data_set)
    folder = data_set.folder
    with transaction.atomic():
        record("data set deleted", data_set, before={"fingerprint": data_set.fingerprint})
        data_set.delete()
        transaction.on_commit(lambda: delete_folder(folder))


def delete_folder(folder: str) -> None:
    """Removes everything in a storage folder, and the folder where storage has such things."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in folders:
        delete_folder(f"{folder}/{name}")
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)


def run_of(data_set: DataSet) -> TrainingRun | None:
    """A run that has not ended and needs the set as it is."""
    use = data_set.uses.select_related("run").exclude(run__state__in=OVER).first()
    return use.run if use else None


def _free(data_set: DataSet) -> None:
    run = run_of(data_set)
    if run:
        raise DomainError(
            "data_set_in_use",
            run=str(run),
        )
