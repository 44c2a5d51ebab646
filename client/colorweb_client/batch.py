"""Many photos, a few at a time; what was cut goes on where it was."""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

from colorweb_client.client import Client, Job
from colorweb_client.errors import ColorwebError, Refused, Stopped, Unreachable
from colorweb_client.manifest import Entry, Manifest, stamp_of
from colorweb_client.options import SUFFIXES, PhotoOptions, as_fields, digest_of
from colorweb_client.sources import Source

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""What an error says when nothing more can be written."""


@dataclass(frozen=True, slots=True)
class Task:
    """A photo, and what the manifest knows of it."""

    source: Source
    entry: Entry
    is_done: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one photo: a colored file, or an error."""

    photo: Path
    result: Path | None = None
    error: Exception | None = None
    skipped: bool = False
    job: str = ""


def plan(
    manifest: Manifest, sources: Sequence[Source], options: PhotoOptions, *, overwrite: bool = False
) -> list[Task]:
    """What there is to do, and under which names; nothing is written yet."""
    digest = json.dumps(as_fields(options), sort_keys=True)
    tasks = []
    for source in sources:
        entry = manifest.entry(source, digest)
        manifest.plan(entry)
        done = not overwrite and manifest.is_done(entry, source.path)
        tasks.append(Task(source, entry, done))
    return tasks


def colorize_all(
    client: Client,
    manifest: Manifest,
    tasks: Sequence[Task],
    options: PhotoOptions,
    *,
    parallel: int = 4,
) -> Generator[Outcome, None, None]:
    """Color photos into the manifest's folder; outcomes come as they are known, in no order.

    An error that concerns all photos (no server, no permission, no quota, a full disk) is raised,
    and nothing more is begun.
    """
    waiting: SimpleQueue[Task | None] = SimpleQueue()
    ended: SimpleQueue[Outcome | Exception] = SimpleQueue()
    due = [task for task in tasks if not task.is_done]
    for task in due:
        waiting.put(task)

    def work() -> None:
        try:
            while task := waiting.get():
                ended.put(_color(client, manifest, task, options))
        except Exception as error:  # noqa: BLE001 - for the caller, in whose thread it is raised
            ended.put(error)

    for _ in range(min(parallel, len(due))):
        waiting.put(None)
        # An interrupted command ends without them, whatever they wait for.
        threading.Thread(target=work, name="photo", daemon=True).start()
    try:
        for task in tasks:
            if task.is_done:
                result = manifest.folder / task.entry.result
                yield Outcome(task.source.path, result, skipped=True, job=task.entry.job)
        for _ in due:
            outcome = ended.get()
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome
    finally:
        client.stop()


def _color(client: Client, manifest: Manifest, task: Task, options: PhotoOptions) -> Outcome:
    path = task.source.path
    try:
        entry = replace(
            task.entry, sha256=digest_of(path), stamp=stamp_of(path), server=client.server
        )
        job = _known(client, task.entry, entry.sha256)
        if job is None:
            manifest.save(replace(entry, job="", result=""))  # its name is taken from now on
            job = client.send(path, **options)
            manifest.save(replace(entry, job=job["id"], result=""))
        job = client.finish(job)
        entry = manifest.save(replace(entry, job=job["id"], result=""))
        name = entry.target + SUFFIXES[job["options"]["format"]]
        result = manifest.folder / name
        result.parent.mkdir(parents=True, exist_ok=True)
        client.download(job, result, partial=manifest.partial(entry))
        manifest.save(replace(entry, result=name))
        return Outcome(path, result, job=job["id"])
    except (Unreachable, Stopped):
        raise
    except Refused as error:
        if error.concerns_all:
            raise
        return Outcome(path, error=error)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        return Outcome(path, error=error)
    except ColorwebError as error:
        return Outcome(path, error=error)


def _known(client: Client, entry: Entry, content: str) -> Job | None:
    """The job that an earlier run made for the same content; None if the server has none."""
    if not entry.job or entry.server != client.server or entry.sha256 != content:
        return None
    try:
        return client.job(entry.job)
    except Refused as error:
        if error.status != 404:
            raise
        return None
