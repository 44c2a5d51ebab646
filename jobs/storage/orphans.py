"""Files that no row knows: of photos whose row is gone, of attempts whose worker died, probes.

The check of files and rows counts them, and the sweep deletes them.
"""

import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime

from django.core.files.storage import default_storage
from django.db.models import Prefetch

from colorweb import clock, storage
from jobs.models import Job, Photo, Rendition, State
from jobs.storage import files

SHARDS = range(256)
PROBES = "health"
"""What earlier versions wrote to see whether the storage works."""
BATCH = 500  # photos in memory at once
HOURS = 24
ATTEMPT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-.+")
"""The name of a file that an attempt made begins with the id of its job."""
Stored = dict[uuid.UUID, dict[str, datetime]]
"""For each photo's folder the storage names in it, with their times."""


def stored(shard: int) -> Stored:
    """What the storage holds of the photos whose ids begin with one byte."""
    found: Stored = defaultdict(dict)
    for name, modified in storage.walk(f"photos/{shard:02x}"):
        with suppress(ValueError):  # not ours
            found[uuid.UUID(name.split("/")[2])][name] = modified
    return found


def known(photo: Photo) -> Iterator[str]:
    """Storage names of everything that the rows of a photo of `with_rows` promise."""
    yield photo.source
    for kind in files.of_photo(was_gray=photo.was_gray):
        yield files.name_in(photo.pk, kind)
    for job in photo.done:  # type: ignore[attr-defined]
        job.photo = photo  # without a query each
        for kind in files.of_result(job):
            yield files.name_of(job, kind)
        yield from (rendition.file for rendition in job.ready)


def with_rows(ids: Collection[uuid.UUID]) -> Iterable[Photo]:
    """Photos with what `known` asks for."""
    ready = Prefetch("renditions", Rendition.objects.exclude(file=""), to_attr="ready")
    jobs = Job.objects.filter(state=State.SUCCEEDED).prefetch_related(ready)
    return Photo.objects.filter(pk__in=ids).prefetch_related(Prefetch("jobs", jobs, to_attr="done"))


def of_shard(shard: int) -> Iterator[str]:
    """Storage names of old files of a shard that no row knows."""
    found = stored(shard)
    for first in range(0, len(found), BATCH):
        ids = list(found)[first : first + BATCH]
        photos = {photo.pk: photo for photo in with_rows(ids)}
        for photo_id in ids:
            yield from unknown(photos.get(photo_id), found[photo_id])


def unknown(photo: Photo | None, names: dict[str, datetime]) -> Iterator[str]:
    """Which of the files in a photo's folder are old and known to no row; None: it has no row.

    What is there of a photo besides attempts' files is left alone.
    """
    expected = set(known(photo)) if photo else set()
    for name, modified in names.items():
        of_attempt = ATTEMPT.fullmatch(name.rsplit("/", 1)[-1])
        if name not in expected and (of_attempt or not photo) and clock.is_orphan(modified):
            yield name


def probes() -> Iterator[str]:
    """Probes that nobody took away."""
    return (name for name, modified in storage.walk(PROBES) if clock.is_orphan(modified))


def sweep(shards: Iterable[int] | None = None) -> int:
    """Delete the orphans of some shards, and probes; how many files.

    Without shards it does those of this hour: all of them in a day.
    """
    if shards is None:
        shards = SHARDS[clock.now().hour :: HOURS]
    names = [name for shard in shards for name in of_shard(shard)] + list(probes())
    for name in names:
        default_storage.delete(name)
    for folder in {name.rsplit("/", 1)[0] for name in names}:
        with suppress(OSError):  # there is more in it
            default_storage.delete(folder)
    return len(names)
